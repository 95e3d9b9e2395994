using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Updates;

/// <summary>
/// The ends of releases, free of charge: Debian's with LTS and Ubuntu's without ESM from the package distro-info-data (<c>debian.csv</c>, <c>ubuntu.csv</c>, as of
/// October 2025), RHEL's from Red Hat's life cycle page (end of maintenance), which Rocky, Alma and Oracle follow or outlast.
/// </summary>
public static class ReleaseEnds
{
    private const string Lts = "by the LTS team, not by Debian's security team";
    private const string Pro = "with Ubuntu Pro it gets five years more";

    /// <summary>The table.</summary>
    public static readonly ImmutableArray<ReleaseEnd> All =
    [
        new("debian", "9", new DateOnly(2022, 6, 30)),
        new("debian", "10", new DateOnly(2024, 6, 30)),
        new("debian", "11", new DateOnly(2026, 8, 31), Lts),
        new("debian", "12", new DateOnly(2028, 6, 30), Lts),
        new("debian", "13", new DateOnly(2030, 6, 30), Lts),
        new("ubuntu", "18.04", new DateOnly(2023, 5, 31), Pro),
        new("ubuntu", "20.04", new DateOnly(2025, 5, 29), Pro),
        new("ubuntu", "22.04", new DateOnly(2027, 6, 1), Pro),
        new("ubuntu", "24.04", new DateOnly(2029, 5, 31), Pro),
        new("ubuntu", "24.10", new DateOnly(2025, 7, 10)),
        new("ubuntu", "25.04", new DateOnly(2026, 1, 15)),
        new("ubuntu", "25.10", new DateOnly(2026, 7, 9)),
        new("ubuntu", "26.04", new DateOnly(2031, 5, 29), Pro),
        new("rhel", "7", new DateOnly(2024, 6, 30)),
        new("rhel", "8", new DateOnly(2029, 5, 31)),
        new("rhel", "9", new DateOnly(2032, 5, 31)),
        new("rhel", "10", new DateOnly(2035, 5, 31)),
        new("rocky", "8", new DateOnly(2029, 5, 31)),
        new("rocky", "9", new DateOnly(2032, 5, 31)),
        new("rocky", "10", new DateOnly(2035, 5, 31)),
        new("almalinux", "8", new DateOnly(2029, 3, 1)),
        new("almalinux", "9", new DateOnly(2032, 5, 31)),
        new("almalinux", "10", new DateOnly(2035, 5, 31)),
        new("ol", "8", new DateOnly(2029, 5, 31)),
        new("ol", "9", new DateOnly(2032, 5, 31)),
        new("ol", "10", new DateOnly(2035, 5, 31)),
        new("centos", "7", new DateOnly(2024, 6, 30)),
        new("centos", "8", new DateOnly(2024, 5, 31)),
        new("centos", "9", new DateOnly(2027, 5, 31)),
        new("centos", "10", new DateOnly(2030, 5, 31)),
    ];

    /// <summary>The release's entry; null: the table does not have it.</summary>
    public static ReleaseEnd? Find(Distribution distribution) =>
        All.FirstOrDefault(end => end.Id == distribution.Id && end.Version == distribution.Version)
        ?? All.FirstOrDefault(end => end.Id == distribution.Id && end.Version == distribution.Version.Split('.')[0]);
}
