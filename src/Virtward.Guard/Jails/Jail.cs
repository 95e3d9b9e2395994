using Virtward.Core.Policy;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>One jail at work: its policy, and the attempts it counts.</summary>
/// <param name="policy">The policy.</param>
/// <param name="seed">The seed of <see cref="RecencyTable{T}"/>.</param>
/// <param name="trackChanges">Whether changes will be drained.</param>
public sealed class Jail(JailPolicy policy, ulong seed, bool trackChanges)
{
    /// <summary>The filter's name that makes a jail listen to our own bans.</summary>
    public const string RecidiveFilter = "recidive";

    /// <summary>The policy.</summary>
    public JailPolicy Policy { get; } = policy;

    /// <summary>The name.</summary>
    public string Name => Policy.Name;

    /// <summary>Whether it listens to the bans of the other jails.</summary>
    public bool IsRecidive { get; } = policy.Filter.Name == RecidiveFilter;

    /// <summary>Whether its bans are told and not enforced.</summary>
    public bool IsSimulated => Policy.Mode == JailMode.Simulate;

    /// <summary>The counted attempts, by subject.</summary>
    public RecencyTable<AttemptWindow> Attackers { get; } = new(seed, trackChanges);

    /// <summary>The earlier bans, by subject.</summary>
    public RepeatMemory Repeats { get; } = new(seed, trackChanges);

    /// <summary>Whether a line of this time is too old to count.</summary>
    public bool IsTooOld(UnixTime time, UnixTime now) => now - time > Policy.FindTime;

    /// <summary>Counts attempts that failed.</summary>
    /// <returns>The index of the attacker's entry.</returns>
    public int Count(SubjectKey subject, UnixTime time, int attempts, UnixTime now)
    {
        int index = Attackers.TouchOrAdd(subject.Bits, now);
        ref AttemptWindow window = ref Attackers[index];
        window.DropBefore(now - Policy.FindTime);
        window.Add(time, attempts, Policy.MaxRetry);
        return index;
    }

    /// <summary>Notes that a subject is still there, where it is known.</summary>
    public void Touch(SubjectKey subject, UnixTime now)
    {
        int index = Attackers.Find(subject.Bits);
        if (index != RecencyTable<AttemptWindow>.None)
        {
            Attackers.Touch(index, now);
        }
    }

    /// <summary>
    /// A login that succeeded clears the attempts that failed before it: people mistype. Once per find time only, or else an attacker with
    /// one account of his own would log in after every few guesses and go on for ever; so he gets twice the limit at most.
    /// </summary>
    public void Forgive(SubjectKey subject, UnixTime time, UnixTime now)
    {
        int index = Attackers.Find(subject.Bits);
        if (index == RecencyTable<AttemptWindow>.None)
        {
            return;
        }

        ref AttemptWindow window = ref Attackers[index];
        window.DropBefore(now - Policy.FindTime);
        bool used = window.ForgivenAt != 0 && now - new UnixTime(window.ForgivenAt) <= Policy.FindTime;
        if (!used && window.DropBefore(new UnixTime(time.Microseconds + 1)) > 0)
        {
            window.ForgivenAt = now.Microseconds;
            Attackers.Touch(index, now);
        }
    }

    /// <summary>Forgets a subject altogether.</summary>
    public void Forget(SubjectKey subject)
    {
        int index = Attackers.Find(subject.Bits);
        if (index != RecencyTable<AttemptWindow>.None)
        {
            Attackers.Remove(index);
        }

        Repeats.Forget(subject.Bits);
    }

    /// <summary>When the longest unseen attacker or repeat offender was seen; <see cref="UnixTime.Never"/> where there is none.</summary>
    public UnixTime OldestSeen => OldestAttacker < Repeats.OldestSeen ? OldestAttacker : Repeats.OldestSeen;

    /// <summary>Forgets the longest unseen attacker or repeat offender.</summary>
    public void ForgetOldest()
    {
        if (OldestAttacker < Repeats.OldestSeen)
        {
            Attackers.Remove(Attackers.Oldest);
        }
        else
        {
            Repeats.ForgetOldest();
        }
    }

    private UnixTime OldestAttacker => Attackers.Count == 0 ? UnixTime.Never : Attackers.SeenAt(Attackers.Oldest);

    /// <summary>Forgets attackers whose attempts are out of the window; a bounded number at a time, the rest later.</summary>
    public void Expire(UnixTime now)
    {
        for (int some = 0; some < 4096 && Attackers.Count > 0 && IsTooOld(Attackers.SeenAt(Attackers.Oldest), now); some++)
        {
            Attackers.Remove(Attackers.Oldest);
        }

        Repeats.Expire(now);
    }

    /// <summary>Moves all times, because the clock was set.</summary>
    public void Shift(TimeSpan by)
    {
        Attackers.Shift(by);
        for (int index = Attackers.Oldest; index != RecencyTable<AttemptWindow>.None; index = Attackers.NewerThan(index))
        {
            Attackers[index].Shift(by);
        }

        Repeats.Shift(by);
    }
}
