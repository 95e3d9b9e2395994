namespace Virtward.Hardening.Checks;

/// <summary>One thing that was seen and that a finding, or a pass, rests on. A person can look at the same place.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Where">The file's path, the setting's name, the socket, the chain, the unit, the guest, the program.</param>
/// <param name="Text">What stands there.</param>
public sealed record Evidence(EvidenceKind Kind, string Where, string Text)
{
    /// <summary>The line in a file, counted from 1; 0: not about a line.</summary>
    public int Line { get; init; }

    /// <summary>A line of a file.</summary>
    public static Evidence OfLine(string path, int line, string text) => new(EvidenceKind.File, path, text.Trim()) { Line = line };

    /// <summary>A setting in force.</summary>
    public static Evidence OfSetting(string name, string value) => new(EvidenceKind.Setting, name, value);

    /// <summary>One line for a person: <c>/etc/ssh/sshd_config:57: PermitRootLogin yes</c>.</summary>
    public override string ToString() => Kind switch
    {
        EvidenceKind.Setting => $"{Where} = {Text}",
        _ when Line > 0 => $"{Where}:{Line}: {Text}",
        _ => Text.Length > 0 ? $"{Where}: {Text}" : Where,
    };
}
