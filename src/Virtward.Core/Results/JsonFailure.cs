using System.Text.Json;

namespace Virtward.Core.Results;

/// <summary>What is wrong with a text that should be JSON, in a person's words: the framework's sentences go on with paths and byte positions.</summary>
public static class JsonFailure
{
    /// <summary>The first sentence, without a stop: <c>'x' is an invalid start of a value</c>.</summary>
    /// <param name="failure">What the reader threw.</param>
    public static string Words(JsonException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        string text = failure.Message;
        if (text.StartsWith("Expected depth to be zero", StringComparison.Ordinal))
        {
            return "it ends before everything that was opened is closed";
        }

        // It goes on with the name of a type of ours.
        if (text.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
        {
            return "a value is of another kind";
        }

        foreach (string rest in (ReadOnlySpan<string>)[" Path: ", " LineNumber: "])
        {
            int at = text.IndexOf(rest, StringComparison.Ordinal);
            text = at < 0 ? text : text[..at];
        }

        return text.TrimEnd('.');
    }
}
