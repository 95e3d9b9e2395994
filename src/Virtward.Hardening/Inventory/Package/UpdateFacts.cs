using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>Facts: how updates come, which ones wait, and what still runs from before.</summary>
public sealed class UpdateFacts
{
    private UpdateFacts(AptConfig apt) => Apt = apt;

    /// <summary>apt's configuration.</summary>
    public AptConfig Apt { get; }

    /// <summary>Security updates that wait; default: not known, <see cref="PendingProblem"/> tells.</summary>
    public ImmutableArray<PendingUpdate> Security { get; private init; }

    /// <summary>Why it is not known which updates wait; null: it is known.</summary>
    public string? PendingProblem { get; private init; }

    /// <summary>When the lists of packages were fetched last; null: not known, or there are none.</summary>
    public DateTimeOffset? Fetched { get; private init; }

    /// <summary>The repositories that are in use.</summary>
    public ImmutableArray<Repository> Repositories { get; private init; } = [];

    /// <summary>Programs that run although their files were replaced: the paths, each once. default: not known.</summary>
    public ImmutableArray<string> ReplacedPrograms { get; private init; }

    /// <summary>The kernels in /boot, by version; empty: not known.</summary>
    public ImmutableArray<string> Kernels { get; private init; } = [];

    /// <summary>Reads them; never fails as a whole.</summary>
    public static UpdateFacts Read(Snapshot snapshot, Family family)
    {
        FileFacts files = FileFacts.Read(snapshot);
        (ImmutableArray<PendingUpdate> pending, string? problem) = family == Family.Rhel ? DnfPending(snapshot) : AptPending(snapshot);
        IEnumerable<FileState> programs = files.States.Where(static state => state.Path.StartsWith("/proc/", StringComparison.Ordinal)
            && state.Path.EndsWith("/exe", StringComparison.Ordinal) && state.Target is { Length: > 0 });
        return new UpdateFacts(AptConfig.Read(files))
        {
            Security = pending,
            PendingProblem = problem,
            Fetched = HasLists(files, family) ? files.States.Where(static state => IsFetched(state.Path)).Select(static state => (DateTimeOffset?)state.Modified).Max() : null,
            Repositories = family == Family.Rhel ? Package.Repositories.Dnf(files) : Package.Repositories.Apt(files),
            ReplacedPrograms = programs.Any()
                ? [.. programs.Where(static state => IsReplaced(state.Target!)).Select(static state => state.Target![..^Deleted.Length]).Distinct()
                    .Order(StringComparer.Ordinal)]
                : default,
            Kernels = [.. files.States.Where(static state => state.Path.StartsWith("/boot/vmlinuz-", StringComparison.Ordinal))
                .Select(static state => state.Path["/boot/vmlinuz-".Length..])
                .Where(static version => char.IsAsciiDigit(version[0]) && !version.Contains("rescue", StringComparison.Ordinal))],
        };
    }

    /// <summary>The newest kernel of the running one's flavour that is installed and newer than it; null: none, or not known.</summary>
    /// <param name="running"><c>uname -r</c>.</param>
    public string? NewerKernel(string running) => running.Length == 0 || Flavour(running) is not string flavour
        ? null
        : Kernels.Where(version => Flavour(version) == flavour && KernelVersion.Compare(version, running) > 0)
            .Order(Comparer<string>.Create(KernelVersion.Compare)).LastOrDefault();

    private const string Deleted = " (deleted)";

    // Programs that were built or unpacked into a scratch directory and removed are nobody's update.
    private static bool IsReplaced(string target) => target.EndsWith(Deleted, StringComparison.Ordinal)
        && (target.StartsWith("/usr/", StringComparison.Ordinal) || target.StartsWith("/bin/", StringComparison.Ordinal)
            || target.StartsWith("/sbin/", StringComparison.Ordinal) || target.StartsWith("/lib", StringComparison.Ordinal));

    // The folder and the stamps stay when the lists are removed, as image builders do; without lists nothing waits, for nothing is known.
    private static bool HasLists(FileFacts files, Family family) => family == Family.Rhel || files.States.Any(static state =>
        state.Path.StartsWith("/var/lib/apt/lists/", StringComparison.Ordinal) && state.Path.EndsWith("Release", StringComparison.Ordinal));

    private static bool IsFetched(string path) =>
        path is "/var/lib/apt/periodic/update-success-stamp" or "/var/lib/apt/periodic/update-stamp" or "/var/lib/apt/lists/partial" or "/var/cache/apt/pkgcache.bin"
        || path.EndsWith("/repodata/repomd.xml", StringComparison.Ordinal);

    private static (ImmutableArray<PendingUpdate>, string?) AptPending(Snapshot snapshot)
    {
        if (snapshot.Text(UpdateSources.AptPending) is not string text)
        {
            return (default, snapshot.Missing.GetValueOrDefault(UpdateSources.AptPending, $"the snapshot has no {UpdateSources.AptPending}"));
        }

        // "openssl/stable-security 3.0.14-1~deb12u2 amd64 [upgradable from: 3.0.11-1~deb12u2]"; suites by commas.
        return ([.. text.Split('\n').Select(static line => (line, slash: line.IndexOf('/', StringComparison.Ordinal)))
            .Where(static pair => pair.slash > 0 && pair.line[(pair.slash + 1)..].Split(' ')[0].Split(',')
                .Any(static suite => suite.EndsWith("-security", StringComparison.Ordinal)))
            .Select(static pair => new PendingUpdate(pair.line[..pair.slash], pair.line.Trim()))], null);
    }

    private static (ImmutableArray<PendingUpdate>, string?) DnfPending(Snapshot snapshot)
    {
        if (snapshot.Text(UpdateSources.DnfPending) is not string text)
        {
            return (default, snapshot.Missing.GetValueOrDefault(UpdateSources.DnfPending, $"the snapshot has no {UpdateSources.DnfPending}"));
        }

        // "RLSA-2024:2394 Important/Sec. kernel-5.14.0-427.13.1.el9_4.x86_64"; dnf5: "RLSA-2024:2394 security Important kernel-… 2024-05-01 12:00:00" below a heading.
        return ([.. text.Split('\n').Select(static line => (line, words: line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            .Where(static pair => pair.words.Length >= 3 && pair.words[0] != "Name"
                && pair.words.Any(static word => word.EndsWith("/Sec.", StringComparison.Ordinal) || word == "security"))
            .Select(static pair => new PendingUpdate(NameOf(pair.words.FirstOrDefault(static word =>
                word.EndsWith(".x86_64", StringComparison.Ordinal) || word.EndsWith(".noarch", StringComparison.Ordinal)
                || word.EndsWith(".aarch64", StringComparison.Ordinal) || word.EndsWith(".i686", StringComparison.Ordinal), pair.words[^1])), pair.line.Trim()))
            .DistinctBy(static update => update.Package)], null);
    }

    // "kernel-5.14.0-427.13.1.el9_4.x86_64" is name-version-release.architecture.
    private static string NameOf(string package)
    {
        int release = package.LastIndexOf('-');
        int version = release > 0 ? package.LastIndexOf('-', release - 1) : -1;
        return version > 0 ? package[..version] : package;
    }

    // "6.1.0-18-cloud-amd64" is of flavour "cloud-amd64"; "5.14.0-427.13.1.el9_4.x86_64+rt" of "+rt".
    private static string? Flavour(string version)
    {
        int plus = version.IndexOf('+', version.Contains(".el", StringComparison.Ordinal) ? version.IndexOf(".el", StringComparison.Ordinal) : version.Length);
        if (version.Contains(".el", StringComparison.Ordinal) || version.Contains(".fc", StringComparison.Ordinal))
        {
            return plus < 0 ? "" : version[plus..];
        }

        for (int i = 0; i + 1 < version.Length; i++)
        {
            if (version[i] == '-' && char.IsAsciiLetter(version[i + 1]))
            {
                return version[(i + 1)..];
            }
        }

        return null;
    }
}
