namespace Virtward.Linux.Namespaces;

/// <summary>How a machine's packages are installed.</summary>
public enum PackageFamily
{
    /// <summary>Neither of those that we know.</summary>
    Other,

    /// <summary>Debian, Ubuntu and theirs: apt-get.</summary>
    Debian,

    /// <summary>RHEL, Rocky, Alma, Fedora: dnf.</summary>
    Rhel,
}
