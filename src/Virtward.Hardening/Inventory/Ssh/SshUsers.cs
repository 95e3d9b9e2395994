using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>The accounts and groups of the host's own files.</summary>
public sealed class SshUsers
{
    private readonly ImmutableDictionary<string, ImmutableArray<string>> _groups;

    private SshUsers(ImmutableArray<SshUser> users, ImmutableDictionary<string, ImmutableArray<string>> groups, string? problem)
    {
        All = users;
        _groups = groups;
        Problem = problem;
    }

    /// <summary>The accounts, in the file's order.</summary>
    public ImmutableArray<SshUser> All { get; }

    /// <summary>Why they are not known; null: they are.</summary>
    public string? Problem { get; }

    /// <summary>The groups of a user, the first one first; empty: none is known.</summary>
    public ImmutableArray<string> GroupsOf(string user) => _groups.GetValueOrDefault(user, []);

    /// <summary>Reads them.</summary>
    public static SshUsers Read(Snapshot snapshot)
    {
        if (snapshot.Config("/etc/passwd") is not string passwd)
        {
            string reason = snapshot.Missing.GetValueOrDefault(SnapshotNames.OfPath("/etc/passwd"), "the snapshot has no /etc/passwd");
            return new SshUsers([], ImmutableDictionary<string, ImmutableArray<string>>.Empty, reason);
        }

        ImmutableArray<SshUser>.Builder users = ImmutableArray.CreateBuilder<SshUser>();
        foreach (string[] fields in Fields(passwd, 7))
        {
            if (uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
                && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out uint gid))
            {
                users.Add(new SshUser(fields[0], uid, gid, fields[5], fields[6].Trim()));
            }
        }

        var groups = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var names = new Dictionary<uint, string>();
        foreach (string[] fields in Fields(snapshot.Config("/etc/group") ?? "", 4))
        {
            if (uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint gid))
            {
                names.TryAdd(gid, fields[0]);
            }

            foreach (string member in fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                (groups.TryGetValue(member, out List<string>? list) ? list : groups[member] = []).Add(fields[0]);
            }
        }

        foreach (SshUser user in users)
        {
            if (names.TryGetValue(user.Gid, out string? primary))
            {
                (groups.TryGetValue(user.Name, out List<string>? list) ? list : groups[user.Name] = []).Insert(0, primary);
            }
        }

        return new SshUsers(
            users.ToImmutable(), groups.ToImmutableDictionary(static pair => pair.Key, static pair => pair.Value.Distinct(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal), null);
    }

    private static IEnumerable<string[]> Fields(string text, int count) =>
        text.Split('\n').Select(static line => line.Split(':')).Where(fields => fields.Length >= count && fields[0].Length > 0 && fields[0][0] is not ('#' or '+' or '-')).Take(20_000);
}
