namespace Virtward.Hardening.Checks;

/// <summary>What a piece of evidence is.</summary>
public enum EvidenceKind
{
    /// <summary>A line of a file, or a file's owner and mode.</summary>
    File,

    /// <summary>A setting as it is in force, such as a sysctl or a line of <c>sshd -T</c>.</summary>
    Setting,

    /// <summary>A socket that listens.</summary>
    Socket,

    /// <summary>A rule of the firewall.</summary>
    Rule,

    /// <summary>A unit of systemd.</summary>
    Unit,

    /// <summary>A package.</summary>
    Package,

    /// <summary>A guest, its definition or its process.</summary>
    Guest,

    /// <summary>What a program printed.</summary>
    Output,
}
