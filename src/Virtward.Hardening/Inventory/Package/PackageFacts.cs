using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>Facts: packages, repositories, and updates that wait.</summary>
public sealed class PackageFacts
{
    private readonly ImmutableSortedDictionary<string, InstalledPackage> _packages;

    private PackageFacts(ImmutableSortedDictionary<string, InstalledPackage> packages) => _packages = packages;

    /// <summary>The packages that are installed, by name.</summary>
    public IEnumerable<InstalledPackage> All => _packages.Values;

    /// <summary>Why it is not known which packages are installed; null: it is known.</summary>
    public string? Problem { get; private init; }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static PackageFacts Read(Snapshot snapshot)
    {
        ImmutableSortedDictionary<string, InstalledPackage>.Builder packages = ImmutableSortedDictionary.CreateBuilder<string, InstalledPackage>(StringComparer.Ordinal);
        string? text = string.IsNullOrWhiteSpace(snapshot.Text(PackageSources.Dpkg)) ? snapshot.Text(PackageSources.Rpm) : snapshot.Text(PackageSources.Dpkg);
        foreach (string line in (text ?? "").Split('\n'))
        {
            // dpkg's own state: what was removed and left its configuration behind is not installed.
            string[] fields = line.TrimEnd('\r').Split('\t');
            if (fields.Length >= 4 && fields[0].Length > 0 && fields[3] == "installed")
            {
                packages[fields[0]] = new InstalledPackage(fields[0], fields[1], fields[2]);
            }
        }

        return new PackageFacts(packages.ToImmutable())
        {
            Problem = text is null
                ? snapshot.Missing.GetValueOrDefault(PackageSources.Dpkg) ?? snapshot.Missing.GetValueOrDefault(PackageSources.Rpm, $"the snapshot has no {PackageSources.Dpkg}")
                : packages.Count == 0
                    ? new[] { PackageSources.Dpkg, PackageSources.Rpm }.Where(source => !snapshot.IsNotInstalled(source)).Select(source => snapshot.Missing.GetValueOrDefault(source)).FirstOrDefault(static why => why is not null)
                        ?? "the list of packages is empty"
                : null,
        };
    }

    /// <summary>A package by its name; null: it is not installed, or that is not known: see <see cref="Problem"/>.</summary>
    public InstalledPackage? Find(string name) => _packages.GetValueOrDefault(name);

    /// <summary>Whether a package is installed; false also where that is not known.</summary>
    public bool Has(string name) => _packages.ContainsKey(name);
}
