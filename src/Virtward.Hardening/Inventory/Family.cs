namespace Virtward.Hardening.Inventory;

/// <summary>Which kind of distribution a host runs: where its files lie and how packages are installed.</summary>
public enum Family
{
    /// <summary>Neither, or not known.</summary>
    Unknown,

    /// <summary>Debian, Ubuntu and what descends from them.</summary>
    Debian,

    /// <summary>RHEL, Rocky, Alma, CentOS Stream, Fedora.</summary>
    Rhel,
}
