using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// The bans in force, and what each of them comes to in the kernel once the never-ban list is cut out of it. Several bans may come to
/// the same element: two jails ban one address, or pieces of two prefixes meet.
/// </summary>
public sealed class BanIndex
{
    private readonly Dictionary<Prefix, TargetBans> _bans = [];
    private readonly int[] _targetsV4 = new int[33];
    private readonly int[] _targetsV6 = new int[129];

    /// <summary>What is left of a ban without the never-ban list.</summary>
    public required Func<Ban, IReadOnlyList<Prefix>> Carve { get; set; }

    /// <summary>Every ban.</summary>
    public IEnumerable<Ban> Bans => _bans.Values.SelectMany(static bans => bans.All);

    /// <summary>Makes room for a number of targets.</summary>
    public void Reserve(int targets) => _bans.EnsureCapacity(targets);

    /// <summary>
    /// Adds a ban, in place of an earlier one of the same target and jail. A simulated one counts for nothing, and the line that decided is
    /// not kept: the store has it.
    /// </summary>
    public void Add(Ban ban)
    {
        if (ban.Simulated)
        {
            Remove(ban);
            return;
        }

        if (!_bans.TryGetValue(ban.Target, out TargetBans bans))
        {
            Lengths(ban.Target)[ban.Target.Length]++;
        }

        _bans[ban.Target] = bans.With(ban.Evidence is null ? ban : ban with { Evidence = null });
    }

    /// <summary>Removes the ban of this target and jail, if there is one.</summary>
    public void Remove(Ban ban)
    {
        if (!_bans.TryGetValue(ban.Target, out TargetBans bans))
        {
            return;
        }

        bans = bans.Without(ban.Jail);
        if (bans.IsEmpty)
        {
            _bans.Remove(ban.Target);
            Lengths(ban.Target)[ban.Target.Length]--;
        }
        else
        {
            _bans[ban.Target] = bans;
        }
    }

    /// <summary>The ban of this target and jail that is in force; null where there is none.</summary>
    public Ban? Find(Prefix target, string jail) =>
        _bans.TryGetValue(target, out TargetBans bans) ? bans.Of(jail) : null;

    /// <summary>Forgets every ban.</summary>
    public void Clear()
    {
        _bans.Clear();
        Array.Clear(_targetsV4);
        Array.Clear(_targetsV6);
    }

    /// <summary>What a ban comes to in the kernel.</summary>
    public List<GuardElement> Elements(Ban ban)
    {
        PortGroup ports = PortGroup.Of(ban.Ports);
        IReadOnlyList<Prefix> pieces = Carve(ban);
        var elements = new List<GuardElement>(pieces.Count);
        for (int i = 0; i < pieces.Count; i++)
        {
            GuardSet.Cover(pieces[i], ports, elements);
        }

        return elements;
    }

    /// <summary>The bans that come to this element.</summary>
    public IEnumerable<Ban> Owners(GuardElement element)
    {
        // A ban comes to elements inside its target only: its target is the element's own prefix or one around it.
        Prefix prefix = element.Prefix;
        int[] lengths = Lengths(prefix);
        for (int length = 0; length <= prefix.Length; length++)
        {
            if (lengths[length] == 0 || !_bans.TryGetValue(prefix.Widen(length), out TargetBans bans))
            {
                continue;
            }

            foreach (Ban ban in bans.All)
            {
                if (Elements(ban).Contains(element))
                {
                    yield return ban;
                }
            }
        }
    }

    /// <summary>When the last of the bans that come to this element ends; null where there is none.</summary>
    public UnixTime? Until(GuardElement element)
    {
        UnixTime? until = null;
        foreach (Ban ban in Owners(element))
        {
            until = until is UnixTime other && other > ban.Until ? other : ban.Until;
        }

        return until;
    }

    private int[] Lengths(Prefix prefix) => prefix.IsV4 ? _targetsV4 : _targetsV6;
}
