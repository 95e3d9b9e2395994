using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Jails;

/// <summary>
/// Watches for attackers who are many and each below every limit: the sources and failures of a window, on the whole host, in one jail and
/// against one account, are held against what is normal. Normal is learned window by window (an exponentially weighted mean) and
/// never from a siege; only a siege of a whole day is the new normal.
/// </summary>
public sealed class SiegeWatch
{
    private const double Weight = 0.1;
    private const int MaxAccountName = 64;
    private static readonly TimeSpan LongestSiege = TimeSpan.FromDays(1);

    private readonly SiegePolicy _policy;
    private readonly SiegeMeter _host;
    private readonly SiegeMeter[] _jails;
    private readonly string[] _names;
    private readonly AccountMeter _accounts;
    private UnixTime _windowEnd = UnixTime.None;
    private UnixTime _notBefore = UnixTime.None;

    /// <summary>Makes a watch that has seen nothing.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="jails">The jails' names, by index.</param>
    /// <param name="seed">The seed of the tables.</param>
    public SiegeWatch(SiegePolicy policy, IReadOnlyList<string> jails, ulong seed)
    {
        _policy = policy;
        _names = [.. jails];
        _host = new SiegeMeter("", policy, seed);
        // One jail alone is the whole host.
        _jails = jails.Count == 1 ? [] : [.. jails.Select(jail => new SiegeMeter("jail/" + jail, policy, seed))];
        _accounts = new AccountMeter(policy, seed);
    }

    /// <summary>When the siege began; <see cref="UnixTime.None"/> if there is none.</summary>
    public UnixTime Since { get; private set; } = UnixTime.None;

    /// <summary>Why there is a siege; empty if there is none.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>How far back it looks.</summary>
    public TimeSpan Window => _policy.Window;

    /// <summary>Whether there is a siege.</summary>
    public bool IsActive => Since.IsKnown;

    /// <summary>Whether what <see cref="Save"/> gives has changed since <see cref="Save"/>.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>The watch as a status shows it.</summary>
    public SiegeStatus Status => new(Since, Reason, _host.Sources, _host.Failures, _host.Normal);

    /// <summary>Takes in failures.</summary>
    /// <param name="jail">The jail's index.</param>
    /// <param name="subject">The source.</param>
    /// <param name="user">The account; empty where the line names none.</param>
    /// <param name="attempts">How many.</param>
    /// <param name="now">The engine's time.</param>
    /// <returns>Whether this one makes it a siege.</returns>
    public bool Observe(int jail, SubjectKey subject, ReadOnlySpan<byte> user, int attempts, UnixTime now)
    {
        if (!_policy.Enabled)
        {
            return false;
        }

        _host.Observe(subject, attempts, now);
        if (_jails.Length > 0)
        {
            _jails[jail].Observe(subject, attempts, now);
        }

        int against = user.IsEmpty ? 0 : _accounts.Observe(subject, user, now);
        if (IsActive || FindReason(jail, user, against) is not { } reason)
        {
            return false;
        }

        Since = now;
        Reason = reason;
        _notBefore = now + _policy.Window;
        HasChanged = true;
        return true;
    }

    /// <summary>Lets time pass: learns what is normal when a window is over, and ends the siege when all has come down.</summary>
    /// <returns>Whether the siege has ended.</returns>
    public bool Advance(UnixTime now, out TimeSpan lasted)
    {
        lasted = IsActive ? now - Since : TimeSpan.Zero;
        if (!_policy.Enabled)
        {
            return false;
        }

        Expire(now);
        // Right after a start the windows may be empty: nothing to judge by, and nothing to learn from.
        bool over = IsActive && now >= _notBefore && (IsCalm || lasted >= LongestSiege);
        if (over)
        {
            if (lasted >= LongestSiege)
            {
                Learn(1);
            }

            Since = UnixTime.None;
            Reason = "";
            HasChanged = true;
        }

        LearnWhenDue(now);
        return over;
    }

    /// <summary>The siege and the normal levels, to be kept.</summary>
    public SiegeRecord Save()
    {
        HasChanged = false;
        ImmutableArray<NormalLevel> levels = [_host.Normal, _accounts.Normal, .. _jails.Select(static jail => jail.Normal)];
        return new SiegeRecord(Since, Reason, levels.RemoveAll(static level => level is { Sources: 0, Failures: 0 }));
    }

    /// <summary>
    /// Takes back what was saved. The windows hold only what <see cref="Recall"/> brings, so a siege stays for one window at least,
    /// until it can be judged.
    /// </summary>
    public void Restore(SiegeRecord saved, UnixTime now)
    {
        Since = saved.Since.IsKnown && saved.Since <= now ? saved.Since : UnixTime.None;
        Reason = IsActive ? saved.Reason : "";
        _notBefore = now + _policy.Window;
        foreach (NormalLevel level in saved.Levels)
        {
            if (double.IsFinite(level.Sources + level.Failures) && level is { Sources: >= 0, Failures: >= 0 })
            {
                Set(level);
            }
        }
    }

    /// <summary>Takes in failures of before a start, without judging. Accounts are not remembered by anybody.</summary>
    /// <param name="jail">The jail's index.</param>
    /// <param name="subject">The source.</param>
    /// <param name="attempts">How many.</param>
    /// <param name="at">When; the oldest first.</param>
    public void Recall(int jail, SubjectKey subject, int attempts, UnixTime at)
    {
        if (!_policy.Enabled)
        {
            return;
        }

        _host.Observe(subject, attempts, at);
        if (_jails.Length > 0)
        {
            _jails[jail].Observe(subject, attempts, at);
        }
    }

    /// <summary>Moves all times, because the clock was set.</summary>
    public void Shift(TimeSpan by)
    {
        Since += by;
        _windowEnd += by;
        _notBefore += by;
        _host.Shift(by);
        _accounts.Shift(by);
        Array.ForEach(_jails, jail => jail.Shift(by));
    }

    private bool IsCalm => _host.IsCalm && _accounts.IsCalm && Array.TrueForAll(_jails, static jail => jail.IsCalm);

    private string? FindReason(int jail, ReadOnlySpan<byte> user, int against)
    {
        if (_accounts.IsHigh(against))
        {
            string account = Phrases.Printable(user, MaxAccountName);
            return string.Create(CultureInfo.InvariantCulture,
                $"{against} sources tried the account '{account}' within {Phrases.Span(_policy.Window)}, normal for one account are {_accounts.Normal.Sources:0.#}");
        }

        return _host.IsHigh ? Describe(_host, "on this host")
            : _jails.Length > 0 && _jails[jail].IsHigh ? Describe(_jails[jail], $"in the jail {_names[jail]}")
            : null;
    }

    private string Describe(SiegeMeter meter, string where) => string.Create(CultureInfo.InvariantCulture,
        $"{meter.Sources} sources failed {meter.Failures} times {where} within {Phrases.Span(_policy.Window)}, normal are {meter.Normal.Sources:0.#} and {meter.Normal.Failures:0.#}");

    private void Expire(UnixTime now)
    {
        _host.Expire(now);
        _accounts.Expire(now);
        foreach (SiegeMeter jail in _jails)
        {
            jail.Expire(now);
        }
    }

    private void LearnWhenDue(UnixTime now)
    {
        if (!_windowEnd.IsKnown)
        {
            _windowEnd = now + _policy.Window;
        }

        if (now < _windowEnd)
        {
            return;
        }

        // Windows that passed without a call had no line in them either.
        double missed = Math.Floor((now - _windowEnd) / _policy.Window);
        _windowEnd = now + _policy.Window;
        if (IsActive)
        {
            return;
        }

        double share = Math.Pow(1 - Weight, missed);
        _host.Fade(share);
        _accounts.Fade(share);
        Array.ForEach(_jails, jail => jail.Fade(share));
        Learn(Weight);
        HasChanged = true;
    }

    private void Learn(double weight)
    {
        _host.Learn(weight);
        _accounts.Learn(weight);
        Array.ForEach(_jails, jail => jail.Learn(weight));
    }

    private void Set(NormalLevel level)
    {
        if (level.Meter.Length == 0)
        {
            _host.Normal = level;
        }
        else if (level.Meter == AccountMeter.Name)
        {
            _accounts.Normal = level;
        }
        else if (Array.Find(_jails, jail => jail.Normal.Meter == level.Meter) is { } meter)
        {
            meter.Normal = level;
        }
    }
}
