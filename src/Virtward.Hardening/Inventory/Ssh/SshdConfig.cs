using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>
/// sshd's configuration as its files have it: every setting in the order that sshd reads them in, with Include in place and Match blocks
/// apart. The first value of a setting wins; one in a Match block that applies goes before all outside.
/// </summary>
public sealed class SshdConfig
{
    private const int MaxDepth = 16;
    private const int MaxFiles = 300;
    private const int MaxLines = 50_000;

    // These take every line, not the first one.
    private static readonly ImmutableHashSet<string> Lists =
        ["port", "listenaddress", "hostkey", "hostcertificate", "acceptenv", "allowusers", "denyusers", "allowgroups", "denygroups", "subsystem"];

    private SshdConfig(string path, Reader reader)
    {
        Path = path;
        Lines = [.. reader.Lines];
        Matches = [.. reader.Matches];
        Unread = [.. reader.Unread.Distinct(StringComparer.Ordinal)];
        Includes = [.. reader.Includes];
        Exists = reader.Exists;
    }

    /// <summary>The file that it begins with.</summary>
    public string Path { get; }

    /// <summary>Whether that file was read.</summary>
    public bool Exists { get; }

    /// <summary>All settings, in order.</summary>
    public ImmutableArray<SshdLine> Lines { get; }

    /// <summary>All Match blocks, in order.</summary>
    public ImmutableArray<SshdMatch> Matches { get; }

    /// <summary>Include lines, in order.</summary>
    public ImmutableArray<SshdLine> Includes { get; }

    /// <summary>What of it could not be read, a clause each; empty: it was all read.</summary>
    public ImmutableArray<string> Unread { get; }

    /// <summary>Reads it from the copies of a snapshot.</summary>
    public static SshdConfig Read(Snapshot snapshot, string path)
    {
        var reader = new Reader(snapshot);
        reader.ReadFile(path, null, 0, null);
        return new SshdConfig(path, reader);
    }

    /// <summary>The lines that set a keyword for a connection, the one that wins first, then those that lose to it; of lists all that count.</summary>
    /// <param name="keyword">In lower case.</param>
    /// <param name="connection">The connection; null: one that no Match block is for.</param>
    public ImmutableArray<SshdLine> Setting(string keyword, SshConnection? connection)
    {
        SshdLine[] lines = [.. Lines.Where(line => line.Keyword == keyword && line.Arguments.Length > 0)];
        IEnumerable<SshdLine> special = connection is null ? [] : lines.Where(line => line.Match?.Matches(connection) == true);
        return [.. special, .. lines.Where(static line => line.Match is null)];
    }

    /// <summary>The values of a keyword for a connection; empty: no file sets it.</summary>
    public ImmutableArray<string> Values(string keyword, SshConnection? connection)
    {
        ImmutableArray<SshdLine> lines = Setting(keyword, connection);
        if (lines.IsEmpty || !Lists.Contains(keyword))
        {
            return lines.IsEmpty ? [] : [lines[0].Value];
        }

        // A block's list stands in place of the list outside.
        bool special = lines[0].Match is not null;
        return [.. lines.Where(line => (line.Match is not null) == special).SelectMany(line => keyword is "subsystem" ? [line.Value] : line.Arguments)];
    }

    /// <summary>Whether files of a directory are read, as <c>Include</c> says outside of Match blocks.</summary>
    public SshdLine? IncludeOf(string directory) =>
        Includes.FirstOrDefault(line => line.Match is null && line.Arguments.Any(pattern => Absolute(pattern).StartsWith(directory + "/", StringComparison.Ordinal)));

    private static string Absolute(string pattern) => pattern.StartsWith('/') ? pattern : $"/etc/ssh/{pattern}";

    private sealed class Reader(Snapshot snapshot)
    {
        private int _files;
        private int _order;

        public List<SshdLine> Lines { get; } = [];

        public List<SshdMatch> Matches { get; } = [];

        public List<SshdLine> Includes { get; } = [];

        public List<string> Unread { get; } = [];

        public bool Exists { get; private set; }

        public void ReadFile(string path, SshdMatch? outer, int depth, SshdLine? by)
        {
            if (snapshot.Config(path) is not string text)
            {
                if (snapshot.Missing.GetValueOrDefault(SnapshotNames.OfPath(path)) is string reason)
                {
                    Unread.Add(reason);
                }
                else if (by is null)
                {
                    Unread.Add($"there is no copy of {path}");
                }

                return;
            }

            Exists |= depth == 0;
            if (depth > MaxDepth || ++_files > MaxFiles)
            {
                Unread.Add($"{path} is included too deep, or one of too many files");
                return;
            }

            SshdMatch? match = outer;
            int number = 0;
            foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
            {
                number++;
                (string keyword, ImmutableArray<string> arguments) = raw.Length > 8192 ? ("", []) : SshdTokens.Split(raw.ToString());
                if (raw.Length > 8192)
                {
                    Unread.Add($"{path}:{number} is too long a line");
                }

                if (keyword.Length == 0)
                {
                    continue;
                }

                if (_order >= MaxLines)
                {
                    Unread.Add($"more than {MaxLines} lines of configuration: the rest from {path}:{number} on was left out");
                    return;
                }

                var line = new SshdLine(path, number, keyword, arguments, raw.Trim().ToString(), _order++, match);
                switch (keyword)
                {
                    case "match":
                        match = MatchOf(line, outer);
                        Matches.Add(match);
                        break;
                    case "include":
                        Includes.Add(line);
                        Include(line, depth);
                        break;
                    default:
                        Lines.Add(line);
                        break;
                }
            }
        }

        private void Include(SshdLine line, int depth)
        {
            foreach (string pattern in line.Arguments)
            {
                string absolute = Absolute(pattern);
                if (!IsGathered(absolute))
                {
                    Unread.Add($"{line.Place} includes {pattern}, which is outside of the directories that are read");
                    continue;
                }

                foreach (string path in Expand(absolute))
                {
                    ReadFile(path, line.Match, depth + 1, line);
                }
            }
        }

        private string[] Expand(string pattern)
        {
            if (!Glob.HasWildcard(pattern))
            {
                return [pattern];
            }

            string directory = pattern[..pattern.LastIndexOf('/')];
            if (Glob.HasWildcard(directory))
            {
                Unread.Add($"a directory with wildcards is included: {pattern}");
                return [];
            }

            // Names that the copies have, or that could not be read, in glob's order.
            string prefix = SnapshotNames.OfPath(directory) + "/";
            string file = pattern[(directory.Length + 1)..];
            if (snapshot.StartingWith(prefix).Any(static pair => pair.Key.Contains('%', StringComparison.Ordinal)))
            {
                Unread.Add($"a file in {directory} has a name that cannot be followed");
            }

            return [.. snapshot.StartingWith(prefix).Select(static pair => pair.Key)
                .Concat(snapshot.Missing.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
                .Select(name => name[prefix.Length..]).Where(name => !name.Contains('/', StringComparison.Ordinal) && Glob.Matches(file, name))
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxFiles).Select(name => $"{directory}/{name}")];
        }

        // See SshSources: what else is included was not copied.
        private static bool IsGathered(string pattern)
        {
            string[] parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
            string name = parts.Length > 0 ? parts[^1] : "";
            return pattern == "/etc/crypto-policies/back-ends/opensshserver.config"
                || (parts is ["etc", "ssh", ..] && (parts.Length, parts[^2]) switch
                {
                    (3, _) => name.EndsWith(".conf", StringComparison.Ordinal) || name.StartsWith("sshd_config", StringComparison.Ordinal),
                    (4, "sshd_config.d") => true,
                    (4, _) => name.EndsWith(".conf", StringComparison.Ordinal),
                    _ => false,
                });
        }

        private static SshdMatch MatchOf(SshdLine line, SshdMatch? outer)
        {
            ImmutableArray<(string Name, string Patterns)>.Builder criteria = ImmutableArray.CreateBuilder<(string Name, string Patterns)>();
            for (int i = 0; i < line.Arguments.Length; i++)
            {
                string word = line.Arguments[i];
                int equals = word.IndexOf('=', StringComparison.Ordinal);
                string name = (equals > 0 ? word[..equals] : word).ToLowerInvariant();
                if (name is "all" or "invalid-user")
                {
                    criteria.Add((name, ""));
                }
                else if (equals > 0)
                {
                    criteria.Add((name, word[(equals + 1)..]));
                }
                else
                {
                    criteria.Add((name, i + 1 < line.Arguments.Length ? line.Arguments[++i] : ""));
                }
            }

            return new SshdMatch(line.Path, line.Number, criteria.ToImmutable(), line.Value, outer);
        }
    }
}
