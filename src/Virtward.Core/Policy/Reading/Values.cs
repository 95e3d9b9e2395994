using System.Globalization;

namespace Virtward.Core.Policy.Reading;

/// <summary>Readers of the plain kinds of value: switches, numbers, words.</summary>
public static class Values
{
    /// <summary>Reads a single value that is not empty.</summary>
    /// <param name="item">The item.</param>
    /// <param name="expected">What it should be, for the message.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="text">Its text.</param>
    public static bool Text(YamlItem item, string expected, ProblemList problems, out string text)
    {
        text = item is YamlText { IsEmpty: false } value ? value.Text : "";
        if (text.Length > 0)
        {
            return true;
        }

        problems.AddExpected(item, expected);
        return false;
    }

    /// <summary>Reads <c>true</c> or <c>false</c>. YAML 1.1's other words for them are refused: nobody agrees on what they mean.</summary>
    public static bool Flag(YamlItem item, ProblemList problems, out bool value)
    {
        value = item is YamlText { Text: "true" };
        if (value || item is YamlText { Text: "false" })
        {
            return true;
        }

        problems.AddExpected(item, "true or false");
        return false;
    }

    /// <summary>A reader of whole numbers, both ends included.</summary>
    public static ValueReader<int> Whole(int min, int max) => (YamlItem item, ProblemList problems, out int value) =>
    {
        value = min;
        if (item is YamlText { Text: var text }
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max)
        {
            return true;
        }

        problems.AddExpected(item, string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
        return false;
    };

    /// <summary>A reader of numbers that may have a fraction, both ends included.</summary>
    public static ValueReader<double> Number(double min, double max) => (YamlItem item, ProblemList problems, out double value) =>
    {
        value = min;
        if (item is YamlText { Text: var text }
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
            && value >= min && value <= max)
        {
            return true;
        }

        problems.AddExpected(item, string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"));
        return false;
    };

    /// <summary>A reader of one of a few words, each with its meaning.</summary>
    public static ValueReader<T> Word<T>(params (string Word, T Meaning)[] words)
        where T : struct, Enum => (YamlItem item, ProblemList problems, out T value) =>
    {
        foreach ((string word, T meaning) in words)
        {
            if (item is YamlText { Text: var text } && text == word)
            {
                value = meaning;
                return true;
            }
        }

        value = default;
        problems.AddExpected(item, string.Join(" or ", words.Select(word => $"'{word.Word}'")));
        return false;
    };

    /// <summary>Checks a name that the admin gives: a-z, 0-9 and '-', 32 at most, so that it is safe in any output.</summary>
    public static bool Name(YamlText key, string what, ProblemList problems)
    {
        if (key.Text.Length is > 0 and <= 32
            && key.Text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            return true;
        }

        problems.Add(key, $"{key.Describe()} cannot name a {what}", "names are made of a-z, 0-9 and '-', 32 letters at most");
        return false;
    }
}
