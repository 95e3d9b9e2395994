namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>One option's text as the file has it, not yet interpolated, and where it stands.</summary>
/// <param name="Text">The value; continuation lines are joined by newlines.</param>
/// <param name="File">The file it was read from.</param>
/// <param name="Line">The line of the option's name, counted from 1.</param>
public sealed record ConfigValue(string Text, string File, int Line);
