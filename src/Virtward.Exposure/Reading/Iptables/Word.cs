namespace Virtward.Exposure.Reading.Iptables;

/// <summary>One word of a saved rule.</summary>
/// <param name="Text">The word without quotes and escapes.</param>
/// <param name="Quoted">Whether it stood in quotes, so that it is a value whatever it looks like.</param>
internal readonly record struct Word(string Text, bool Quoted)
{
    /// <summary>Whether the word is the <c>!</c> that turns the next option around.</summary>
    public bool IsNot => !Quoted && Text == "!";

    /// <summary>Whether the word names an option instead of being a value.</summary>
    public bool IsOption => !Quoted && Text.Length > 1 && Text[0] == '-';
}
