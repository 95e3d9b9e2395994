using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>A ruleset, ready to run: names resolved, sets indexed, base chains by hook in the order they run in.</summary>
internal sealed class CompiledRuleset
{
    private readonly Dictionary<(Family Family, Hook Hook), List<CompiledChain>> _attached = [];
    private int _sequence;

    /// <summary>Makes a ruleset ready.</summary>
    public CompiledRuleset(Ruleset ruleset)
    {
        Tracked = new TrackedFamilies(ruleset);
        foreach (Table table in ruleset.Tables)
        {
            if (!table.Dormant)
            {
                Compile(table);
            }
        }

        foreach (List<CompiledChain> chains in _attached.Values)
        {
            CompiledChain[] ordered = [.. chains.OrderBy(static chain => chain.Chain.Base!.Priority).ThenByDescending(static chain => chain.Sequence)];
            chains.Clear();
            chains.AddRange(ordered);
        }
    }

    /// <summary>For which families flows are followed.</summary>
    public TrackedFamilies Tracked { get; }

    /// <summary>Whether a rule of the bridge family asks connection tracking, which makes the kernel track bridged packets.</summary>
    public bool TracksBridges { get; private set; }

    /// <summary>The base chains of a family at a hook, by priority, then the youngest first (nf_hook_entries_grow, net/netfilter/core.c).</summary>
    public IReadOnlyList<CompiledChain> At(Family family, Hook hook) => _attached.GetValueOrDefault((family, hook)) ?? [];

    private void Compile(Table table)
    {
        var sets = new Dictionary<string, SetIndex>(StringComparer.Ordinal);
        foreach (SetDefinition set in table.Sets)
        {
            sets[set.Name] = new SetIndex(set.Name, set.Contents, set);
        }

        var written = new Dictionary<object, SetIndex>(ReferenceEqualityComparer.Instance);
        var chains = new Dictionary<string, CompiledChain>(StringComparer.Ordinal);
        var all = new List<CompiledChain>();
        foreach (Chain chain in table.Chains)
        {
            var compiled = new CompiledChain(table, chain) { Sets = sets, WrittenSets = written, Sequence = _sequence++ };
            chains[chain.Name] = compiled;
            all.Add(compiled);
        }

        // Which sets packets fill is known when all rules have been seen.
        Step[][][] steps = [.. all.Select(chain => chain.Chain.Rules.Select(rule => Compile(table, rule, chain, chains)).ToArray())];
        foreach ((CompiledChain chain, Step[][] own) in all.Zip(steps))
        {
            chain.Rules = [.. chain.Chain.Rules.Select((rule, at) => new CompiledRule(rule, own[at], Leading(own[at])))];
            if (chain.Chain.Base is { } attached)
            {
                if (!_attached.TryGetValue((table.Family, attached.Hook), out List<CompiledChain>? list))
                {
                    _attached[(table.Family, attached.Hook)] = list = [];
                }

                list.Add(chain);
            }
        }

        SpreadEffects(all);
    }

    private Step[] Compile(Table table, Rule rule, CompiledChain chain, Dictionary<string, CompiledChain> chains)
    {
        var steps = new Step[rule.Statements.Length];
        bool settled = table.Family is Family.Ip or Family.Ip6;
        for (int at = 0; at < steps.Length; at++)
        {
            Statement statement = rule.Statements[at];
            steps[at] = Compile(table, settled ? BareIcmp.In(statement) : statement, chain, chains);
            settled |= BareIcmp.Settles(statement, table.Family);
            if (table.Origin != TableOrigin.IptablesLegacy && at > 0 && steps[at] is MatchStep second && steps[at - 1] is MatchStep { Twin: null } first
                && Layouts.MayBeOne(first.Match, second.Match, table.Origin == TableOrigin.IptablesNft))
            {
                (first.Twin, second.Twin) = (second, first);
            }
        }

        return steps;
    }

    // Conditions that can be looked at in any order: one that counts what it is asked is asked only where those before it hold, and then always.
    private static int Leading(Step[] steps) => steps.TakeWhile(static step => step is MatchStep match && !Counts(match)).Count();

    private static bool Counts(MatchStep step) =>
        step.Set is { FilledByPackets: true } or { ElementStatements.IsEmpty: false } || Counts(step.Match.Left) || Counts(step.Match.Right);

    private static bool Counts(Expression expression) => expression switch
    {
        NumgenExpression => true,
        BinaryExpression binary => Counts(binary.Left) || Counts(binary.Right),
        ConcatExpression concat => concat.Parts.Any(Counts),
        MapExpression map => Counts(map.Key),
        _ => false,
    };

    private Step Compile(Table table, Statement statement, CompiledChain chain, Dictionary<string, CompiledChain> chains)
    {
        switch (statement)
        {
            case MatchStatement match:
                TracksBridges |= table.Family == Family.Bridge && AsksTracking(match.Left);
                return new MatchStep(match, SetOf(match.Right, chain));
            case VerdictMapStatement map:
                TracksBridges |= table.Family == Family.Bridge && AsksTracking(map.Key);
                var lookup = new LookupStep(map, SetOf(map.Map, chain), map.Map is SetReferenceExpression ? KeyTexts.Of(map.Key) : "");
                for (int group = 0; group < (lookup.Set?.GroupCount ?? 0); group++)
                {
                    AddTarget(lookup, lookup.Set!.DataOf(group), chains);
                }

                AddTarget(lookup, lookup.Set?.Contents.Default, chains);
                return lookup;
            case VerdictStatement { Verdict.Chain: { } name } verdict:
                return new Step(verdict) { Target = chains.GetValueOrDefault(name) };
            case SetUpdateStatement update:
                if (!chain.Sets.TryGetValue(update.Set, out SetIndex? updated))
                {
                    // A meter's set is made with the rule, and older listings do not show it.
                    chain.Sets[update.Set] = updated = new SetIndex(update.Set, SetContents.Empty, null);
                }

                updated.FilledByPackets = true;
                chain.HasEffects = true;
                return new LookupStep(update, updated, KeyTexts.Of(update.Key))
                {
                    Statements = [.. update.Statements.Select(inner => Compile(table, inner, chain, chains))],
                };
            case ObjectStatement { Map: { } map } picked:
                return new LookupStep(picked, SetOf(map, chain), KeyTexts.Of(picked.Key));
            case AssignStatement or NatStatement or NotrackStatement or TproxyStatement or ForwardStatement:
                chain.HasEffects = true;
                return new Step(statement);
            default:
                return new Step(statement);
        }
    }

    private static void AddTarget(LookupStep lookup, MapData? data, Dictionary<string, CompiledChain> chains)
    {
        if (data is VerdictData { Verdict.Chain: { } name } && chains.TryGetValue(name, out CompiledChain? target))
        {
            lookup.Targets[name] = target;
        }
    }

    /// <summary>The index of the set that an expression names or writes out; null: it is none, or unknown.</summary>
    public static SetIndex? SetOf(Expression expression, CompiledChain chain)
    {
        switch (expression)
        {
            case SetReferenceExpression reference:
                return chain.Sets.GetValueOrDefault(reference.Name);
            case SetExpression written:
                if (!chain.WrittenSets.TryGetValue(written, out SetIndex? index))
                {
                    chain.WrittenSets[written] = index = new SetIndex("", written.Contents, null);
                }

                return index;
            default:
                return null;
        }
    }

    private static bool AsksTracking(Expression expression) => expression switch
    {
        FieldExpression field => field.Field is >= Packets.PacketField.CtState and <= Packets.PacketField.CtProtocol,
        CtTupleExpression => true,
        BinaryExpression binary => AsksTracking(binary.Left) || AsksTracking(binary.Right),
        ConcatExpression concat => concat.Parts.Any(AsksTracking),
        _ => false,
    };

    private static void SpreadEffects(List<CompiledChain> chains)
    {
        // At most as many rounds as jumps nest.
        bool changed = true;
        for (int round = 0; changed && round < 16; round++)
        {
            changed = false;
            foreach (CompiledChain chain in chains)
            {
                if (!chain.HasEffects && chain.Rules.Any(static rule => rule.Steps.Any(static step =>
                    step.Target?.HasEffects == true || (step is LookupStep lookup && lookup.Targets.Values.Any(static target => target.HasEffects)))))
                {
                    chain.HasEffects = true;
                    changed = true;
                }
            }
        }
    }
}
