using System.Globalization;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory;

/// <summary>The distribution, by os-release(5).</summary>
/// <param name="Family">Its kind.</param>
/// <param name="Id"><c>ID</c>: <c>debian</c>, <c>ubuntu</c>, <c>rocky</c> …; empty: not known.</param>
/// <param name="Version"><c>VERSION_ID</c>: <c>12</c>, <c>24.04</c>, <c>9.4</c>; empty where it has none.</param>
/// <param name="Name"><c>PRETTY_NAME</c>.</param>
public sealed record Distribution(Family Family, string Id, string Version, string Name)
{
    /// <summary>The number before the first dot of the version; 0: none.</summary>
    public int Major => int.TryParse(Version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major) ? major : 0;

    /// <summary>The command that installs packages.</summary>
    public string Install(string packages) => Family switch
    {
        Family.Rhel => $"dnf install {packages}",
        _ => $"apt-get install {packages}",
    };

    /// <summary>The command that installs packages of EPEL, with the repository itself where it is not there; RHEL has no package of it, its rebuilds do.</summary>
    public string InstallFromEpel(string packages) => Family switch
    {
        Family.Rhel when Id == "rhel" =>
            string.Create(CultureInfo.InvariantCulture, $"dnf install https://dl.fedoraproject.org/pub/epel/epel-release-latest-{Major}.noarch.rpm && dnf install {packages}"),
        Family.Rhel when Id == "ol" => string.Create(CultureInfo.InvariantCulture, $"dnf install oracle-epel-release-el{Major} && dnf install {packages}"),
        Family.Rhel when Id == "fedora" => Install(packages),
        Family.Rhel => $"dnf install epel-release && dnf install {packages}",
        _ => Install(packages),
    };

    /// <summary>The command that removes packages.</summary>
    public string Uninstall(string packages) => Family switch
    {
        Family.Rhel => $"dnf remove {packages}",
        _ => $"apt-get purge {packages}",
    };

    /// <summary>What differs between the families; the Debian form where the family is not known.</summary>
    public T Choose<T>(T rhel, T debian) => Family == Family.Rhel ? rhel : debian;

    /// <summary>Reads it.</summary>
    public static Distribution Read(Snapshot snapshot)
    {
        string text = snapshot.Config("/etc/os-release") ?? snapshot.Config("/usr/lib/os-release") ?? "";
        string Value(string key) => text.Split('\n').LastOrDefault(line => line.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..].Trim().Trim('"', '\'') ?? "";
        string id = Value("ID");
        string[] kin = [id, .. Value("ID_LIKE").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Family family = kin.Any(static name => name is "debian" or "ubuntu") ? Family.Debian
            : kin.Any(static name => name is "rhel" or "fedora" or "centos" or "rocky" or "almalinux") ? Family.Rhel
            : Family.Unknown;
        return new Distribution(family, id, Value("VERSION_ID"), Value("PRETTY_NAME"));
    }
}
