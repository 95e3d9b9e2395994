using System.Collections.Immutable;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-16.</summary>
public static class Fw16
{
    // Every choice of a rule's conditions is looked up among the rules before it: 256 at most for one rule.
    private const int MostConditions = 8;
    private const int MostTold = 6;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-16",
        Severity = Severity.Medium,
        Title = "no hand-written rule is dead, and no chain or table lies unused",
        Why = "A rule that no packet reaches is one that somebody relies on and that does nothing: a drop behind an accept, an allowance behind a drop. Unused chains and sleeping tables are "
            + "what makes the next change go wrong.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Exposure.Ruleset is not Ruleset ruleset)
        {
            return Outcome.Unknown(facts.Exposure.Problem!);
        }

        var findings = new List<Finding>();
        foreach (Table table in ruleset.Tables.Where(static table => table.Dormant))
        {
            string name = $"{NftablesFile.FamilyWord(table.Family)} {table.Name}";
            findings.Add(new Finding($"table {name}", $"the table {name} is dormant: none of its rules does anything",
                new Remedy("Wake it up, or delete it.") { Risk = Risk.Lockout | Risk.Service, Undo = $"nft -f /root/{table.Name}.nft" }.With(
                    $"nft list table {name} > /root/{table.Name}.nft", $"nft delete table {name}    # or: nft add table {name}, which wakes it up"))
            {
                Evidence = [new Evidence(EvidenceKind.Rule, $"table {name}", "flags dormant")],
            });
        }

        int rules = 0;
        foreach ((Table table, Chain chain) in Written.Chains(ruleset))
        {
            rules += chain.Rules.Length;
            (Rule Dead, Rule By)[] dead = [.. Dead(table, chain)];
            if (dead.Length > 0)
            {
                findings.Add(Shadowed(table, chain, dead));
            }
        }

        foreach (Table table in ruleset.Tables.Where(static table => !table.Dormant))
        {
            findings.AddRange(Unused(table));
        }

        return Outcome.Of(findings, $"of {rules} hand-written rules none is behind one that takes all its packets, and every chain of theirs is used");
    }

    private static Finding Shadowed(Table table, Chain chain, (Rule Dead, Rule By)[] dead)
    {
        string name = $"{NftablesFile.FamilyWord(table.Family)} {table.Name}";
        bool conflict = dead.Any(static pair => VerdictOf(pair.Dead) is { Length: > 0 } one && VerdictOf(pair.By) is { Length: > 0 } other && one != other);
        return new Finding(
            $"{name}, chain {chain.Name}", $"{dead.Length} {(dead.Length == 1 ? "rule" : "rules")} of the chain {chain.Name} in {name} {(dead.Length == 1 ? "gets" : "get")} no packet: an earlier rule takes {(conflict ? "them all, and says otherwise" : "them all")}",
            new Remedy("Take the dead rules out, or put them before the one that takes their packets.") { Risk = conflict ? Risk.Service : Risk.None, Undo = "put the saved rules back" }.With(
                [$"nft -a list chain {name} {chain.Name}", .. dead.Take(MostTold).Select(pair => $"nft delete rule {name} {chain.Name} handle {pair.Dead.Handle}    # and where it is stored")]))
        {
            Severity = conflict ? null : Severity.Low,
            Evidence = [.. dead.Take(MostTold).Select(pair => new Evidence(EvidenceKind.Rule, $"{name}, chain {chain.Name}, handle {pair.Dead.Handle}", $"{pair.Dead.Text} — behind handle {pair.By.Handle}: {pair.By.Text}"))],
        };
    }

    // A rule is dead where an earlier one decides about every packet that has some of its conditions. By equal conditions only: that a network lies in a larger one is not seen.
    private static IEnumerable<(Rule Dead, Rule By)> Dead(Table table, Chain chain)
    {
        var deciding = new Dictionary<string, Rule>(StringComparer.Ordinal);
        HashSet<string> changing = [.. table.Sets.Where(static set => set.Dynamic || set.HasTimeout).Select(static set => set.Name)];
        bool marks = chain.Rules.Any(static rule => rule.Statements.Any(static statement => statement is AssignStatement or SetUpdateStatement or NotrackStatement));
        foreach (Rule rule in chain.Rules)
        {
            string[] conditions = [.. rule.Statements.OfType<MatchStatement>().Select(RuleText.Of).Distinct().Order(StringComparer.Ordinal)];
            if (deciding.Count > 0 && By(deciding, conditions) is Rule by)
            {
                yield return (rule, by);
                continue;
            }

            bool plain = rule.Statements.All(static statement => statement is MatchStatement or PassStatement or VerdictStatement { Verdict.Kind: VerdictKind.Accept or VerdictKind.Drop or VerdictKind.Return or VerdictKind.Goto } or RejectStatement { With: not "tcp reset" })
                && rule.Statements.Any(static statement => statement is VerdictStatement or RejectStatement);
            if (plain && conditions.Length <= MostConditions && rule.Statements.OfType<MatchStatement>().All(match => IsSteady(match.Left, changing, marks) && IsSteady(match.Right, changing, marks)))
            {
                deciding.TryAdd(string.Join('\n', conditions), rule);
            }
        }
    }

    private static Rule? By(Dictionary<string, Rule> deciding, string[] conditions)
    {
        if (conditions.Length > MostConditions)
        {
            // Only whole, or a rule without conditions.
            return deciding.GetValueOrDefault("") ?? deciding.GetValueOrDefault(string.Join('\n', conditions));
        }

        for (int choice = 0; choice < 1 << conditions.Length; choice++)
        {
            string key = string.Join('\n', conditions.Where((_, at) => (choice & (1 << at)) != 0));
            if (deciding.TryGetValue(key, out Rule? by))
            {
                return by;
            }
        }

        return null;
    }

    // Two rules see the same of a packet only where nothing changes in between, and where there is no luck in it.
    private static bool IsSteady(Expression expression, HashSet<string> changing, bool marks) => expression switch
    {
        NumgenExpression or HashExpression or OpaqueExpression => false,
        FieldExpression { Field: PacketField.MetaRandom or PacketField.MetaTime or PacketField.MetaHour or PacketField.MetaDay or PacketField.CtBytes or PacketField.CtPackets or PacketField.CtAveragePacket } => false,
        FieldExpression { Field: PacketField.MetaMark or PacketField.CtMark or PacketField.MetaPriority or PacketField.CtLabel or PacketField.CtState } => !marks,
        SetReferenceExpression reference => !changing.Contains(reference.Name),
        BinaryExpression binary => IsSteady(binary.Left, changing, marks) && IsSteady(binary.Right, changing, marks),
        ConcatExpression concat => concat.Parts.All(part => IsSteady(part, changing, marks)),
        MapExpression => false,
        _ => true,
    };

    private static IEnumerable<Finding> Unused(Table table)
    {
        Chain[] own = [.. table.Chains.Where(chain => chain.Base is null && Written.IsOne(table, chain))];
        if (own.Length == 0)
        {
            yield break;
        }

        HashSet<string> used = [.. table.Chains.SelectMany(static chain => chain.Rules).SelectMany(rule => Written.Targets(table, rule))];
        HashSet<string> byHand = [.. table.Chains.Where(chain => Written.IsOne(table, chain)).SelectMany(static chain => chain.Rules).SelectMany(rule => Written.Targets(table, rule))];
        string name = $"{NftablesFile.FamilyWord(table.Family)} {table.Name}";
        // Chains that a program leaves to people (DOCKER-USER, ufw's) are empty until somebody needs them; iptables' own hold nothing that is not jumped to.
        foreach (Chain chain in own.Where(chain => !chain.Name.StartsWith("ufw", StringComparison.Ordinal) && chain.Name != "DOCKER-USER"))
        {
            bool empty = chain.Rules.IsEmpty && byHand.Contains(chain.Name);
            if (!used.Contains(chain.Name) || empty)
            {
                yield return new Finding(
                    $"{name}, chain {chain.Name}", empty && used.Contains(chain.Name) ? $"rules jump to the chain {chain.Name} in {name}, which is empty" : $"nothing jumps to the chain {chain.Name} in {name}: its {chain.Rules.Length} rules do nothing",
                    new Remedy("Jump to it where it is meant, or delete it.") { Risk = Risk.None, Undo = "put the saved rules back" }.With($"nft -a list chain {name} {chain.Name}", $"nft delete chain {name} {chain.Name}    # and where it is stored"))
                {
                    Severity = Severity.Low,
                    Evidence = [new Evidence(EvidenceKind.Rule, $"{name}, chain {chain.Name}", $"{chain.Rules.Length} rules{(used.Contains(chain.Name) ? "" : ", no jump to it")}")],
                };
            }
        }
    }

    private static string VerdictOf(Rule rule) => rule.Statements.LastOrDefault(static statement => statement is VerdictStatement or RejectStatement) switch
    {
        VerdictStatement { Verdict.Kind: VerdictKind.Accept } => "accept",
        VerdictStatement { Verdict.Kind: VerdictKind.Drop } or RejectStatement => "drop",
        _ => "",
    };
}
