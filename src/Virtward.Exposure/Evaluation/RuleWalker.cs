using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>Takes packets through a base chain and the chains that it leads to (nft_do_chain, net/netfilter/nf_tables_core.c).</summary>
internal sealed class RuleWalker(
    Room room, FieldReader fields, ExpressionReader expressions, Matcher matcher, Translator translator, World world, ISink sink)
{
    /// <summary>How deep jumps may nest (NFT_JUMP_STACK_SIZE); the kernel refuses rules that nest deeper.</summary>
    private const int MaxDepth = 16;

    private const int MaxStates = 4096;

    private CompiledChain _base = null!;
    private string _place = "";
    private List<PacketState> _accepted = [];

    /// <summary>Takes frames that a rule sends out by a device (<c>fwd</c>).</summary>
    public Action<PacketState, string>? Forward { get; set; }

    /// <summary>Those that a base chain lets pass.</summary>
    public List<PacketState> Run(CompiledChain chain, List<PacketState> states, string place)
    {
        (CompiledChain Base, string Place, List<PacketState> Accepted) outer = (_base, _place, _accepted);
        (Family Family, Hook Hook) around = (fields.Family, fields.Hook);
        _base = chain;
        _place = place;
        _accepted = [];
        fields.Family = chain.Table.Family;
        fields.Hook = chain.Chain.Base!.Hook;
        List<PacketState> ended = Run(chain, states, 0);
        foreach (PacketState state in ended)
        {
            bool drop = chain.Chain.Base.DropByDefault;
            Decision? why = room.Recording && (drop || chain.Rules.Length > 0)
                ? new Decision(chain.Table.Family, chain.Table.Name, chain.Chain.Name, chain.Chain.Handle, drop ? "policy drop" : "policy accept",
                    drop ? "drop" : "accept") { BaseChain = chain.Chain.Name, Place = place }
                : null;
            if (drop)
            {
                sink.Drop(state, why);
            }
            else
            {
                Record(state, why);
                _accepted.Add(state);
            }
        }

        List<PacketState> passed = Merge(_accepted);
        (_base, _place, _accepted) = outer;
        (fields.Family, fields.Hook) = around;
        return passed;
    }

    /// <summary>Joins packets that are alike again.</summary>
    public List<PacketState> Merge(List<PacketState> states)
    {
        if (states.Count < 2)
        {
            return states;
        }

        var merged = new List<PacketState>(states.Count);
        foreach (PacketState state in states)
        {
            PacketState? same = null;
            for (int at = merged.Count - 1; at >= Math.Max(0, merged.Count - 64) && same is null; at--)
            {
                same = merged[at].SameAs(state) ? merged[at] : null;
            }

            if (same is null)
            {
                merged.Add(state);
            }
            else
            {
                merged[merged.IndexOf(same)] = same.With(room.Manager.Or(same.Condition, state.Condition));
            }
        }

        if (merged.Count > MaxStates)
        {
            throw new BudgetExceededException("the rules split packets into too many kinds");
        }

        return merged;
    }

    private List<PacketState> Run(CompiledChain chain, List<PacketState> states, int depth)
    {
        var returned = new List<PacketState>();
        List<PacketState> current = states;
        var next = new List<PacketState>();
        PortCursor cursor = new(chain, room);
        PlainRules? plain = states.Count == 1 && !room.Recording && !states[0][Slot.SourceAddress].IsNumber ? new PlainRules(chain, states[0], room.Manager, matcher) : null;
        for (int at = cursor.Next(0, current); at < chain.Rules.Length && current.Count > 0; at = cursor.Next(at + 1, current))
        {
            CompiledRule rule = chain.Rules[at];

            room.Spend(current.Count);
            if (current.Count == 1 && !MayMatch(rule, current[0]))
            {
                continue;
            }

            if (plain is not null && current.Count == 1 && plain.Take(rule, at, current[0]))
            {
                continue;
            }

            if (plain is { IsOpen: true })
            {
                current = Settled(plain, current[0]);
                if (current.Count == 0)
                {
                    break;
                }
            }

            next.Clear();
            int before = current.Count;
            foreach (PacketState state in current)
            {
                Apply(chain, rule, state, next, returned, depth);
            }

            if (next.Count > before)
            {
                next = Merge(next);
            }

            if (ReferenceEquals(current, states))
            {
                current = [];
            }

            (current, next) = (next, current);
        }

        returned.AddRange(plain is { IsOpen: true } ? Settled(plain, current[0]) : current);
        return Merge(returned);
    }

    private List<PacketState> Settled(PlainRules plain, PacketState state) => plain.Settle(state, _accepted) is { } left ? [left] : [];

    // Conditions on numbers are looked at first: most rules are about another port or device.
    private bool MayMatch(CompiledRule rule, PacketState state)
    {
        for (int at = 0; at < rule.Leading; at++)
        {
            if (matcher.Quick((MatchStep)rule.Steps[at], state) == BddManager.False)
            {
                return false;
            }
        }

        return true;
    }

    private void Apply(
        CompiledChain chain, CompiledRule rule, PacketState state, List<PacketState> next, List<PacketState> returned, int depth)
    {
        if (rule.OnlyDrops && !room.Recording)
        {
            Drop(chain, rule, state, next);
            return;
        }

        // The conditions among themselves first: laid upon the packets one by one, a port of many would copy a set of hundreds of thousands of sources.
        int matched = BddManager.True;
        for (int at = 0; at < rule.Leading && matched != BddManager.False; at++)
        {
            var step = (MatchStep)rule.Steps[at];
            int quick = matcher.Quick(step, state);
            matched = quick == Matcher.Later ? room.Manager.And(matched, matcher.Match(step, state, chain)) : quick == BddManager.True ? matched : BddManager.False;
        }

        matched = room.Manager.And(state.Condition, matched);

        if (matched == BddManager.False || rule.Leading == rule.Steps.Length)
        {
            next.Add(state);
            return;
        }

        var run = new RuleRun(state, matched, next, returned);
        for (int at = rule.Leading; at < rule.Steps.Length && run.Condition != BddManager.False; at++)
        {
            Execute(chain, rule, rule.Steps[at], ref run, depth);
        }

        run.End(room.Manager);
    }

    // Most rules of most rulesets, and nobody asks for those that are dropped: what is left is all that has to be worked out.
    private void Drop(CompiledChain chain, CompiledRule rule, PacketState state, List<PacketState> next)
    {
        int matched = BddManager.True;
        for (int at = 0; at < rule.Leading && matched != BddManager.False; at++)
        {
            var step = (MatchStep)rule.Steps[at];
            int quick = matcher.Quick(step, state);
            matched = room.Manager.And(matched, quick == Matcher.Later ? matcher.Match(step, state, chain) : quick);
        }

        int rest = room.Manager.Minus(state.Condition, matched);
        if (rest == state.Condition)
        {
            next.Add(state);
        }
        else if (rest != BddManager.False)
        {
            next.Add(state.With(rest));
        }
    }

    private void Execute(CompiledChain chain, CompiledRule rule, Step step, ref RuleRun run, int depth)
    {
        switch (step.Statement)
        {
            case MatchStatement:
                run.Narrow(room.Manager, matcher.Match((MatchStep)step, run.State, chain));
                break;
            case PassStatement or DuplicateStatement:
                break;
            case VerdictStatement verdict:
                Decide(chain, rule, verdict.Verdict, step.Target, run.TakeAll(room.Manager), run, depth, verdict.QueueBypass);
                break;
            case VerdictMapStatement map:
                DecideByMap(chain, rule, (LookupStep)step, map, ref run, depth);
                break;
            case RejectStatement reject:
                if (reject.With.Contains("reset", StringComparison.Ordinal) && run.State.Protocol != 6)
                {
                    run.Narrow(room.Manager, BddManager.False);
                    break;
                }

                string with = reject.With.Contains("reset", StringComparison.Ordinal) ? "tcp-reset" : "icmp";
                PacketState refused = run.TakeAll(room.Manager);
                refused.Refusal = HostVoice.Refusal(reject.With, refused.V6);
                if (with == "icmp" && HostVoice.IsUnverified(refused))
                {
                    sink.Drop(refused, Why(chain, rule, "reject"));
                    break;
                }

                sink.Reject(refused, Why(chain, rule, "reject"), with);
                break;
            case LimitStatement or QuotaStatement or ConnectionCountStatement:
                run.Narrow(room.Manager, world.Limit(step.Statement, step, run.State));
                break;
            case ObjectStatement use:
                run.Narrow(room.Manager, UseObject(chain, (step as LookupStep)?.Set, use, run.State));
                break;
            case SetUpdateStatement update:
                Update(chain, (LookupStep)step, update, ref run);
                break;
            case AssignStatement assign:
                Assign(chain, assign, ref run);
                break;
            case NotrackStatement:
                // Only a packet that has no flow yet can be kept out (nft_notrack_eval).
                if (run.State.Tracking == Tracking.Invalid)
                {
                    run.Change(room.Manager).Tracking = Tracking.Untracked;
                }

                break;
            case NatStatement nat:
                Translate(chain, rule, nat, ref run);
                break;
            case TproxyStatement proxy:
                HandToSocket(chain, rule, proxy, ref run);
                break;
            case ForwardStatement forward:
                PacketState sent = run.TakeAll(room.Manager);
                BitValue device = expressions.Read(forward.Device, sent, chain, out _);
                string name = device.Number > uint.MaxValue ? InterfaceName.ToText(device.Number)
                    : room.Network.Network.Interfaces.FirstOrDefault(known => known.Index == (int)(uint)device.Number)?.Name ?? forward.Text;
                Record(sent, Why(chain, rule, "fwd"));
                Forward?.Invoke(sent, name);
                break;
            case SynproxyStatement when run.State.Protocol == 6:
                sink.Unproven(run.TakeAll(room.Manager), $"a TCP handshake is answered by a proxy: {rule.Rule.Text}");
                break;
            case SynproxyStatement:
                run.Narrow(room.Manager, BddManager.False);
                break;
            case OpaqueStatement opaque:
                ExecuteOpaque(chain, rule, opaque, ref run);
                break;
            default:
                run.Narrow(room.Manager, room.Unknown($"not interpreted: {step.Statement}"));
                break;
        }
    }

    private void ExecuteOpaque(CompiledChain chain, CompiledRule rule, OpaqueStatement opaque, ref RuleRun run)
    {
        room.Note($"not interpreted: {opaque.Text}");
        string key = $"{opaque.Text} #{run.State.Generation}";
        run.Narrow(room.Manager, room.Variables.Bit(VariableKind.Unknown, key));
        if (!opaque.MayDecide || run.Condition == BddManager.False)
        {
            return;
        }

        // An unknown target: it accepts, drops, or goes on.
        PacketState? accepted = run.Take(room.Manager, room.Variables.Bit(VariableKind.Unknown, $"{key} accepts"));
        if (accepted is not null)
        {
            Record(accepted, Why(chain, rule, "unknown"));
            _accepted.Add(accepted);
        }

        PacketState? dropped = run.Take(room.Manager, room.Variables.Bit(VariableKind.Unknown, $"{key} drops"));
        if (dropped is not null)
        {
            sink.Drop(dropped, Why(chain, rule, "unknown"));
        }
    }

    private void DecideByMap(CompiledChain chain, CompiledRule rule, LookupStep step, VerdictMapStatement map, ref RuleRun run, int depth)
    {
        if (step.Set is not { } set)
        {
            run.Narrow(room.Manager, room.Unknown($"the map of: {rule.Rule.Text}"));
            return;
        }

        BitValue[] key = expressions.ReadParts(map.Key, run.State, chain, out int defined);
        run.Narrow(room.Manager, defined);
        if (run.Condition == BddManager.False)
        {
            return;
        }

        int goingOn = BddManager.False;
        foreach ((int where, MapData? data) in world.LookUp(set, key, step.KeyText, run.State))
        {
            if (data is VerdictData { Verdict: { Kind: VerdictKind.Continue } })
            {
                goingOn = room.Manager.Or(goingOn, where);
                continue;
            }

            PacketState? part = run.Take(room.Manager, where);
            if (part is null)
            {
                continue;
            }

            if (data is VerdictData { Verdict: var verdict })
            {
                Decide(chain, rule, verdict, verdict.Chain is { } name ? step.Targets.GetValueOrDefault(name) : null, part, run, depth, false);
            }
            else
            {
                sink.Unproven(part, $"what the map {set.Name} yields");
            }
        }

        run.Narrow(room.Manager, goingOn);
    }

    private void Decide(
        CompiledChain chain, CompiledRule rule, Verdict verdict, CompiledChain? target, PacketState state, in RuleRun run, int depth, bool bypass)
    {
        switch (verdict.Kind)
        {
            case VerdictKind.Accept:
                Record(state, Why(chain, rule, "accept"));
                _accepted.Add(state);
                break;
            case VerdictKind.Drop:
                sink.Drop(state, Why(chain, rule, "drop"));
                break;
            case VerdictKind.Continue:
                run.Next.Add(state);
                break;
            case VerdictKind.Return:
                run.Returned.Add(state);
                break;
            case VerdictKind.Queue:
                int taken = room.Unknown($"a program decides (queue{(bypass ? ", accepted where none listens" : "")}): {rule.Rule.Text}");
                int accepted = room.Manager.And(state.Condition, taken);
                if (accepted != BddManager.False)
                {
                    PacketState passed = state.With(accepted);
                    Record(passed, Why(chain, rule, "queue"));
                    _accepted.Add(passed);
                }

                if (accepted != state.Condition)
                {
                    sink.Drop(state.With(room.Manager.Minus(state.Condition, taken)), Why(chain, rule, "queue"));
                }

                break;
            default:
                if (target is null)
                {
                    sink.Unproven(state, $"there is no chain {verdict.Chain}: {rule.Rule.Text}");
                }
                else if (depth + 1 >= MaxDepth)
                {
                    sink.Unproven(state, $"jumps nest deeper than {MaxDepth}, or in a circle: {rule.Rule.Text}");
                }
                else
                {
                    long path = world.Path;
                    world.Path = (path * 0x5851_f42d) + rule.Rule.Handle + 1;
                    List<PacketState> back = Run(target, [state], depth + 1);
                    world.Path = path;
                    (verdict.Kind == VerdictKind.Goto ? run.Returned : run.Next).AddRange(back);
                }

                break;
        }
    }

    private int UseObject(CompiledChain chain, SetIndex? map, ObjectStatement use, PacketState state)
    {
        if (use.Name is { } name)
        {
            return Named(chain, name, state);
        }

        if (use.Key is null || map is null)
        {
            return room.Unknown($"not interpreted: {use}");
        }

        BitValue[] key = expressions.ReadParts(use.Key, state, chain, out int defined);
        int match = BddManager.False;
        foreach ((int where, MapData? data) in world.LookUp(map, key, "", state))
        {
            match = room.Manager.Or(match, room.Manager.And(where, data is ObjectData named ? Named(chain, named.Name, state) : BddManager.True));
        }

        return room.Manager.And(defined, match);
    }

    // Counters, helpers and what else is not listed as a limit or quota always match.
    private int Named(CompiledChain chain, string name, PacketState state) =>
        chain.Table.Objects.TryGetValue(name, out Statement? statement) ? world.Limit(statement, statement, state) : BddManager.True;

    private void Update(CompiledChain chain, LookupStep step, SetUpdateStatement update, ref RuleRun run)
    {
        BitValue[] key = expressions.ReadParts(update.Key, run.State, chain, out int defined);
        run.Narrow(room.Manager, defined);
        if (run.Condition != BddManager.False)
        {
            PacketState state = run.Change(room.Manager);
            run.Narrow(room.Manager, world.Update(step, update, key, state));
        }
    }

    private void Assign(CompiledChain chain, AssignStatement assign, ref RuleRun run)
    {
        BitValue value = expressions.Read(assign.Value, run.State, chain, out int defined);
        run.Narrow(room.Manager, defined);
        if (run.Condition == BddManager.False)
        {
            return;
        }

        if (assign.Target is not FieldExpression { Field: var field })
        {
            room.Note($"not interpreted: a change of {KeyTexts.Of(assign.Target)}");
            run.Change(room.Manager).Generation++;
            return;
        }

        if (fields.Read(field, run.State) is not { } old)
        {
            // A field of a flow that there is none of: nothing is set (nft_ct_set_eval); another header's: the rule ends.
            if (field is < PacketField.CtState or > PacketField.CtProtocol)
            {
                run.Narrow(room.Manager, BddManager.False);
            }

            return;
        }

        PacketState state = run.Change(room.Manager);
        BitValue resized = value.Resize(old.Width);
        if (FieldReader.SlotOf(field) is { } slot)
        {
            state.Set(slot, resized);
        }
        else
        {
            state.Overlay = state.Overlay.SetItem(field, resized);
        }

        if (field is PacketField.CtMark && state.Connection is { } connection)
        {
            connection.Mark = resized;
        }

        state.Generation += field is >= PacketField.EtherSaddr and < PacketField.CtState ? 1 : 0;
    }

    // Only TCP and UDP are looked up (nft_tproxy_eval).
    private void HandToSocket(CompiledChain chain, CompiledRule rule, TproxyStatement proxy, ref RuleRun run)
    {
        if (run.State.Protocol is not (6 or 17) || (proxy.Family is { } family && family == Family.Ip6 != run.State.V6))
        {
            run.Narrow(room.Manager, BddManager.False);
            return;
        }

        BitValue? address = Given(proxy.Address, run, chain, out int addressed);
        BitValue? port = Given(proxy.Port, run, chain, out int ported);
        run.Narrow(room.Manager, room.Manager.And(addressed, ported));
        BitValue socket = room.Sockets.HandTo(run.State, run.Condition, address, port, out int taken);
        if (proxy.DropsOthers && run.Take(room.Manager, BddManager.Not(taken)) is { } nobodys)
        {
            sink.Drop(nobodys, Why(chain, rule, "drop"));
        }

        run.Narrow(room.Manager, taken);
        if (run.Condition != BddManager.False)
        {
            PacketState handed = run.Change(room.Manager);
            handed.Set(Slot.Socket, socket);
            Record(handed, proxy.DropsOthers ? null : Why(chain, rule, "tproxy"));
        }
    }

    private BitValue? Given(Expression? expression, in RuleRun run, CompiledChain chain, out int defined)
    {
        defined = BddManager.True;
        return expression is null ? null : expressions.Read(expression, run.State, chain, out defined);
    }

    private void Translate(CompiledChain chain, CompiledRule rule, NatStatement nat, ref RuleRun run)
    {
        if (!translator.Applies(nat, run.State))
        {
            run.Narrow(room.Manager, BddManager.False);
            return;
        }

        PacketState state = run.State.With(run.Condition);
        int defined = translator.Translate(nat, state, chain, out string? impossible);
        PacketState? part = run.Take(room.Manager, defined);
        if (part is null)
        {
            return;
        }

        state.Condition = part.Condition;
        string verdict = nat.Kind switch
        {
            NatKind.Destination => "dnat",
            NatKind.Redirect => "redirect",
            NatKind.Source => "snat",
            _ => "masquerade",
        };
        Decision? why = Why(chain, rule, verdict);
        if (impossible is not null)
        {
            room.Note(impossible);
            sink.Drop(state, why);
            return;
        }

        Record(state, why);
        _accepted.Add(state);
    }

    private Decision? Why(CompiledChain chain, CompiledRule rule, string verdict) => !room.Recording ? null
        : new Decision(chain.Table.Family, chain.Table.Name, chain.Chain.Name, rule.Rule.Handle, rule.Rule.Text, verdict)
        {
            BaseChain = _base.Chain.Name,
            Place = _place,
        };

    private static void Record(PacketState state, Decision? why)
    {
        if (why is not null)
        {
            state.Why = state.Why.Push(why);
        }
    }
}
