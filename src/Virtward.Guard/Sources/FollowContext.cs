using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>What all files of one source share.</summary>
public sealed class FollowContext
{
    private readonly Dictionary<string, IReadOnlyList<LogFileEntry>> _listings = [];

    /// <summary>The host's log files.</summary>
    public required ILogFiles Files { get; init; }

    /// <summary>The kernel's notifications; null where there are none.</summary>
    public required IFileWatch? Watch { get; init; }

    /// <summary>Limits and times.</summary>
    public required SourceOptions Options { get; init; }

    /// <summary>The clock: its time for lines, its timestamps for waiting.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where lines go.</summary>
    public required SourceOutput Output { get; init; }

    /// <summary>The block that is read into; shared, since one thread reads one file at a time.</summary>
    public required byte[] Buffer { get; init; }

    /// <summary>How far files have been read that are not open.</summary>
    public FileHistory History { get; } = new();

    /// <summary>The paths that are followed in their own right: none of them is a rotated file of another.</summary>
    public Dictionary<string, FollowedFile> Followed { get; } = new(StringComparer.Ordinal);

    /// <summary>Who has a file open now: the followed log, or null.</summary>
    public FollowedFile? HolderOf(FileIdentity identity) => Followed.Values.FirstOrDefault(file => file.Holds(identity));

    /// <summary>The regular files of a directory; read once until <see cref="ForgetListings"/>.</summary>
    public IReadOnlyList<LogFileEntry> List(string directory)
    {
        if (!_listings.TryGetValue(directory, out IReadOnlyList<LogFileEntry>? entries))
        {
            entries = ListSteadily(directory);
            _listings[directory] = entries;
        }

        return entries;
    }

    /// <summary>What was listed may be out of date.</summary>
    public void ForgetListings() => _listings.Clear();

    /// <summary>readdir(3) may miss or repeat a name that is renamed meanwhile: two listings in a row have to agree.</summary>
    private IReadOnlyList<LogFileEntry> ListSteadily(string directory)
    {
        const int most = 8;
        IReadOnlyList<LogFileEntry> before = [];
        for (int i = 0; i < most; i++)
        {
            if (!Files.List(directory, static _ => true).TryGet(out IReadOnlyList<LogFileEntry>? now, out var problem))
            {
                Output.Trouble(directory, problem);
                return [];
            }

            if (i > 0 && before.Count == now.Count && before.Zip(now).All(pair => IsSame(pair.First, pair.Second)))
            {
                Output.Settled(directory);
                return now;
            }

            before = now;
        }

        return before;
    }

    private static bool IsSame(LogFileEntry one, LogFileEntry other) => one.Name == other.Name && one.State.Identity == other.State.Identity;
}
