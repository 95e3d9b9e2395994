using Virtward.Core.Policy;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// How many sources try one account, in the siege's window, and what is normal for the busiest one. It remembers the last
/// <see cref="MostPairs"/> pairs of account and source as hashes; names are chosen by attackers and of any length and number.
/// </summary>
/// <param name="policy">The window and the limits.</param>
/// <param name="seed">The seed of the hashes.</param>
public sealed class AccountMeter(SiegePolicy policy, ulong seed)
{
    /// <summary>The name in <see cref="NormalLevel.Meter"/>.</summary>
    public const string Name = "account";

    /// <summary>The most pairs of account and source that are remembered.</summary>
    public const int MostPairs = 65_536;

    // Each pair, by a hash of both, with the hash of its account.
    private readonly RecencyTable<ulong> _pairs = new(seed);
    private readonly Dictionary<ulong, int> _sources = [];

    /// <summary>What is normal for the busiest account; failures are not used.</summary>
    public NormalLevel Normal { get; set; } = new(Name, 0, 0);

    /// <summary>The sources against the busiest account in the window. Looks at all accounts.</summary>
    public int Busiest => _sources.Count == 0 ? 0 : _sources.Values.Max();

    /// <summary>Whether so many sources against one account are a siege.</summary>
    public bool IsHigh(int sources) => sources >= policy.AccountSources && sources > policy.Factor * Normal.Sources;

    /// <summary>Whether the busiest account has come down to half of that.</summary>
    public bool IsCalm => Busiest < Math.Max(policy.AccountSources, policy.Factor * Normal.Sources) / 2;

    /// <summary>Takes in a failure against an account.</summary>
    /// <returns>The sources against this account in the window.</returns>
    public int Observe(SubjectKey subject, ReadOnlySpan<byte> user, UnixTime now)
    {
        Expire(now);
        ulong account = HashOf(user);
        ulong pair = (account ^ (subject.Bits * 0x9e37_79b9_7f4a_7c15)) * 0xff51_afd7_ed55_8ccd;
        int index = _pairs.Find(pair);
        if (index != RecencyTable<ulong>.None)
        {
            _pairs.Touch(index, now);
        }
        else
        {
            _pairs[_pairs.Add(pair, now)] = account;
            _sources[account] = _sources.GetValueOrDefault(account) + 1;
            if (_pairs.Count > MostPairs)
            {
                Forget(_pairs.Oldest);
            }
        }

        return _sources.GetValueOrDefault(account);
    }

    /// <summary>Lets go of what has left the window.</summary>
    public void Expire(UnixTime now)
    {
        while (_pairs.Count > 0 && now - _pairs.SeenAt(_pairs.Oldest) > policy.Window)
        {
            Forget(_pairs.Oldest);
        }
    }

    /// <summary>Learns from the window that has passed.</summary>
    /// <param name="weight">How much it counts, 0 to 1.</param>
    public void Learn(double weight) => Normal = Normal with { Sources = Normal.Sources + (weight * (Busiest - Normal.Sources)) };

    /// <summary>Lets the level sink, for windows in which nothing happened.</summary>
    /// <param name="share">What is left of it, 0 to 1.</param>
    public void Fade(double share) => Normal = Normal with { Sources = Normal.Sources * share };

    /// <summary>Moves all times, because the clock was set.</summary>
    public void Shift(TimeSpan by) => _pairs.Shift(by);

    private void Forget(int index)
    {
        ulong account = _pairs[index];
        _pairs.Remove(index);
        if (--_sources[account] == 0)
        {
            _sources.Remove(account);
        }
    }

    // FNV-1a from a seed that attackers do not know.
    private ulong HashOf(ReadOnlySpan<byte> user)
    {
        ulong hash = 0xcbf2_9ce4_8422_2325 ^ seed;
        foreach (byte b in user)
        {
            hash = (hash ^ b) * 0x0000_0100_0000_01b3;
        }

        return hash;
    }
}
