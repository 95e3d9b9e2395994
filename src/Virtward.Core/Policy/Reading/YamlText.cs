namespace Virtward.Core.Policy.Reading;

/// <summary>A single value of a YAML text (a scalar). What it means is up to who asks: YAML's own guesses at types are not made.</summary>
/// <param name="Text">Its text, quotes and escapes taken away.</param>
/// <param name="IsPlain">Whether it was written without quotes.</param>
/// <param name="Line">The line where it starts, from 1.</param>
/// <param name="Column">The column where it starts, from 1.</param>
public sealed record YamlText(string Text, bool IsPlain, int Line, int Column) : YamlItem(Line, Column)
{
    /// <inheritdoc/>
    public override bool IsEmpty => IsPlain && Text is "" or "~" or "null";

    /// <inheritdoc/>
    public override string Describe() => IsEmpty ? "nothing" : ProblemList.Quote(Text);
}
