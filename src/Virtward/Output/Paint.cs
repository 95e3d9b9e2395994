namespace Virtward.Output;

/// <summary>Colours on a terminal; none in a pipe, and none where NO_COLOR is set (no-color.org).</summary>
/// <param name="on">Whether to paint.</param>
public sealed class Paint(bool on)
{
    /// <summary>The paint for a stream.</summary>
    /// <param name="isTerminal">Whether it is a terminal.</param>
    public static Paint For(bool isTerminal) => new(isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    /// <summary>Bold.</summary>
    public string Bold(string text) => Wrap("1", text);

    /// <summary>What is bad.</summary>
    public string Red(string text) => Wrap("1;31", text);

    /// <summary>What is to be looked at.</summary>
    public string Yellow(string text) => Wrap("33", text);

    /// <summary>What is good.</summary>
    public string Green(string text) => Wrap("32", text);

    /// <summary>What matters less.</summary>
    public string Dim(string text) => Wrap("2", text);

    private string Wrap(string code, string text) => on ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
