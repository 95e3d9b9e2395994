using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// Counts the distinct attackers of every prefix that might be banned, exactly, over a sliding window: each attacker counts in each of its
/// levels from its last offence until the window has passed. Constant time per offence, whatever the number of attackers.
/// </summary>
public sealed class PrefixWatch
{
    private const int MostLookedAt = 10_000;

    private readonly PrefixLevel[] _v4;
    private readonly PrefixLevel[] _v6;
    private readonly TimeSpan _window;
    private readonly int _most;
    private readonly Dictionary<ulong, int> _members = [];

    /// <summary>Makes a watch that has seen nothing.</summary>
    /// <param name="policy">The levels, thresholds and window.</param>
    /// <param name="most">The most attackers that are remembered.</param>
    /// <param name="seed">The seed of <see cref="RecencyTable{T}"/>.</param>
    /// <param name="trackChanges">Whether changes will be drained.</param>
    public PrefixWatch(PrefixBanPolicy policy, int most, ulong seed, bool trackChanges)
    {
        _v4 = Levels(policy.V4, 32);
        _v6 = Levels(policy.V6, 64);
        _window = policy.Window;
        _most = most;
        Evidence = new RecencyTable<byte>(seed, trackChanges);
    }

    /// <summary>The attackers in the window, by subject; the values mean nothing.</summary>
    public RecencyTable<byte> Evidence { get; }

    /// <summary>Takes in one offence of one attacker.</summary>
    public void Add(SubjectKey subject, UnixTime now)
    {
        int index = Evidence.Find(subject.Bits);
        if (index != RecencyTable<byte>.None)
        {
            Evidence.Touch(index, now);
            return;
        }

        Evidence.Add(subject.Bits, now);
        foreach (PrefixLevel level in LevelsOf(subject))
        {
            ulong network = NetworkKey.Of(subject, level.Length).Bits;
            _members[network] = _members.GetValueOrDefault(network) + 1;
        }

        if (Evidence.Count > _most)
        {
            Forget(Evidence.Oldest);
        }
    }

    /// <summary>Finds the widest prefix of an attacker that has reached its threshold and is not banned, nor lies in one that is.</summary>
    public bool TryFind(SubjectKey subject, NetworkCover banned, UnixTime now, out PrefixFinding finding)
    {
        Expire(now);
        foreach (PrefixLevel level in LevelsOf(subject))
        {
            if (banned.TryFind(subject, level.Length + 1, out _))
            {
                break;
            }

            var network = NetworkKey.Of(subject, level.Length);
            int members = _members.GetValueOrDefault(network.Bits);
            if (members >= level.Threshold)
            {
                finding = new PrefixFinding(network.ToPrefix(), members, now - FirstOf(network, level.Length, members, now));
                return true;
            }
        }

        finding = default;
        return false;
    }

    /// <summary>Lets go of the attackers whose window has passed.</summary>
    public void Expire(UnixTime now)
    {
        while (Evidence.Count > 0 && now - Evidence.SeenAt(Evidence.Oldest) > _window)
        {
            Forget(Evidence.Oldest);
        }
    }

    /// <summary>Forgets attackers, because an administrator says that they are none. Looks at all of them.</summary>
    public void Forget(Predicate<Prefix> match)
    {
        int next;
        for (int index = Evidence.Oldest; index != RecencyTable<byte>.None; index = next)
        {
            next = Evidence.NewerThan(index);
            if (match(new SubjectKey(Evidence.KeyAt(index)).ToPrefix()))
            {
                Forget(index);
            }
        }
    }

    /// <summary>Moves all times, because the clock was set.</summary>
    public void Shift(TimeSpan by) => Evidence.Shift(by);

    // The longest ago that one of the members offended. Looked for from the newest on, and in a flood not further than so many: then
    // the answer is the window, which is true as well.
    private UnixTime FirstOf(NetworkKey network, int length, int members, UnixTime now)
    {
        int index = Evidence.Newest;
        for (int some = 0; some < MostLookedAt && index != RecencyTable<byte>.None; some++)
        {
            var subject = new SubjectKey(Evidence.KeyAt(index));
            if (length < subject.Length && NetworkKey.Of(subject, length) == network && --members == 0)
            {
                return Evidence.SeenAt(index);
            }

            index = Evidence.OlderThan(index);
        }

        return now - _window;
    }

    private void Forget(int index)
    {
        var subject = new SubjectKey(Evidence.KeyAt(index));
        Evidence.Remove(index);
        foreach (PrefixLevel level in LevelsOf(subject))
        {
            ulong network = NetworkKey.Of(subject, level.Length).Bits;
            if (--_members[network] == 0)
            {
                _members.Remove(network);
            }
        }
    }

    private PrefixLevel[] LevelsOf(SubjectKey subject) => subject.IsV4 ? _v4 : _v6;

    // Widest first. Each level has its own threshold; the policy's is what its reader derives them from.
    private static PrefixLevel[] Levels(IEnumerable<PrefixLevel> levels, int full) =>
        [.. levels.Where(level => level.Length >= 1 && level.Length < full).OrderBy(static level => level.Length)];
}
