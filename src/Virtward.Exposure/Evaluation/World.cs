using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// What lies beside the packet: limits, counters, sets that packets fill, flows. Here every packet is the first of its flow, and what is time, number
/// or luck goes both ways; a simulated life overrides that.
/// </summary>
internal class World(Room room)
{
    /// <summary>What a limit in a set's elements is called beside its rate.</summary>
    protected const string Each = " each";

    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);

    /// <summary>The room.</summary>
    protected Room Room => room;

    /// <summary>By which jumps the packet came to the rule that runs: a limit that is met twice is asked twice.</summary>
    public long Path { get; set; }

    /// <summary>Those of a set's groups that the key is in.</summary>
    /// <param name="index">The set or map.</param>
    /// <param name="key">The key.</param>
    /// <param name="keyText">The key as text, for sets with a name.</param>
    /// <param name="state">The packets.</param>
    public virtual List<(int Set, MapData? Data)> LookUp(SetIndex index, BitValue[] key, string keyText, PacketState state)
    {
        var found = new List<(int, MapData?)>();
        int any = BddManager.False;
        bool luck = index.Expires || index.ElementStatements.Length > 0;
        foreach ((int group, int set) in index.Find(key, room.Manager, room.Sets))
        {
            int here = set;
            if (luck && index.GroupExpires(group))
            {
                room.Note($"elements of the set {index.Name} that go away with time");
                here = room.Manager.And(here, room.Variables.Bit(VariableKind.Luck, $"time in {index.Name}"));
            }

            foreach (Statement statement in index.ElementStatements)
            {
                here = room.Manager.And(here, Limit(statement, (index, statement), state, Each));
            }

            any = room.Manager.Or(any, here);
            found.Add((here, index.DataOf(group)));
        }

        AddRest(index, key, keyText, state, any, found);
        return found;
    }

    /// <summary>Whether a limit, a quota or a count matches.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="owner">What it belongs to: its bucket.</param>
    /// <param name="state">The packets.</param>
    /// <param name="each">Whether every key of a set has its own, in words; empty: one for all.</param>
    public virtual int Limit(Statement statement, object owner, PacketState state, string each = "")
    {
        string text = statement switch
        {
            LimitStatement limit => $"limit rate {(limit.Over ? "over " : "")}{limit.Text}",
            QuotaStatement quota => $"quota {(quota.Over ? "over" : "until")} {quota.Bytes} bytes",
            ConnectionCountStatement count => $"ct count {(count.Over ? "over " : "")}{count.Count}",
            _ => statement.ToString(),
        };
        room.Note(text + each);
        return room.Variables.Bit(VariableKind.Luck, $"{text} #{NumberOf(owner)} {Path:x}");
    }

    /// <summary>What a generator yields.</summary>
    public virtual BitValue Generate(NumgenExpression numgen, PacketState state)
    {
        room.Note(numgen.Random ? $"numgen random mod {numgen.Modulus}" : $"numgen inc mod {numgen.Modulus}");
        return Draw(numgen);
    }

    /// <summary>A number that is drawn.</summary>
    protected BitValue Draw(NumgenExpression numgen)
    {
        uint count = Math.Max(numgen.Modulus, 1);
        int bits = 32 - (int)uint.LeadingZeroCount(count - 1);
        if (bits == 0)
        {
            return BitValue.Of(numgen.Offset, 32);
        }

        // numgen draws 0 … n-1 and adds the offset; variables beyond stand for 0.
        BitValue drawn = room.Variables.Vector(VariableKind.Luck, $"numgen #{NumberOf(numgen)} {Path:x}", bits);
        if (numgen.Offset == 0)
        {
            return room.Sets.Choose(room.Sets.InRange(drawn, 0, count - 1), drawn, BitValue.Of(0, bits)).Resize(32);
        }

        BitValue value = BitValue.Of(numgen.Offset, 32);
        for (uint number = 1; number < Math.Min(count, 256); number++)
        {
            value = room.Sets.Choose(room.Sets.Equal(drawn, number), BitValue.Of(number + numgen.Offset, 32), value);
        }

        return value;
    }

    /// <summary>Puts a key into a set or takes it out; the packets for which the rule goes on.</summary>
    public virtual int Update(LookupStep step, SetUpdateStatement update, BitValue[] key, PacketState state)
    {
        if (update.Kind == SetUpdateKind.Delete)
        {
            return BddManager.True;
        }

        room.Note($"whether the set {update.Set} is full");
        int match = BddManager.Not(room.Variables.Bit(VariableKind.Luck, $"the set {update.Set} is full"));
        foreach (Step inner in step.Statements)
        {
            if (inner.Statement is LimitStatement or QuotaStatement or ConnectionCountStatement)
            {
                match = room.Manager.And(match, Limit(inner.Statement, inner, state, Each));
            }
        }

        foreach (Statement inner in step.Set?.ElementStatements ?? [])
        {
            match = room.Manager.And(match, Limit(inner, inner, state));
        }

        state.Added = state.Added.Add($"{update.Set} {step.KeyText}");
        return match;
    }

    /// <summary>Connection tracking meets the packet.</summary>
    public virtual void Track(PacketState state)
    {
        state.Tracked = true;
        state.Tracking = Tracking.New;
        state.Set(Slot.OriginalSource, state[Slot.SourceAddress]);
        state.Set(Slot.OriginalDestination, state[Slot.DestinationAddress]);
        state.Set(Slot.OriginalSourcePort, state[Slot.SourcePort]);
        state.Set(Slot.OriginalDestinationPort, state[Slot.DestinationPort]);
    }

    /// <summary>
    /// A packet has passed the last hook: its flow is known from now on (nf_conntrack_confirm). False: another flow has its answers' tuple, and it is
    /// dropped.
    /// </summary>
    public virtual bool Confirm(PacketState state) => true;

    /// <summary>Whether another flow has the tuple that the packet's answers would have, as the packet is now (nf_nat_used_tuple).</summary>
    public virtual bool IsTaken(PacketState state) => false;

    /// <summary>A number for something, the same whenever it is asked for.</summary>
    protected int NumberOf(object what)
    {
        if (what is ValueTuple<SetIndex, Statement> pair)
        {
            what = pair.Item2;
        }

        if (!_numbers.TryGetValue(what, out int number))
        {
            _numbers[what] = number = _numbers.Count;
        }

        return number;
    }

    /// <summary>Adds what is in no element: the catch-all, what packets may have put there, and what was not interpreted.</summary>
    protected void AddRest(SetIndex index, BitValue[] key, string keyText, PacketState state, int any, List<(int Set, MapData? Data)> found)
    {
        int rest = BddManager.Not(any);
        if (index.FilledByPackets && rest != BddManager.False)
        {
            if (state.Added.Contains($"{index.Name} {keyText}"))
            {
                found.Add((rest, null));
                return;
            }

            room.Note($"who is in the set {index.Name}, which packets fill");
            int there = room.Manager.And(rest, room.Variables.Bit(VariableKind.Luck, $"in {index.Name}: {keyText} #{state.Generation}"));
            found.Add((there, null));
            rest = room.Manager.Minus(rest, there);
        }

        if (index.Contents.Opaque.Length > 0 && rest != BddManager.False)
        {
            int there = room.Manager.And(rest, room.Unknown($"elements of the set {index.Name} that were not interpreted: {index.Contents.Opaque[0]}"));
            found.Add((there, null));
            rest = room.Manager.Minus(rest, there);
        }

        if ((index.Contents.HasCatchAll || index.Contents.Default is not null) && rest != BddManager.False)
        {
            found.Add((rest, index.Contents.Default));
        }
    }
}
