using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>A rule, ready to run.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Steps">Its statements.</param>
/// <param name="Leading">How many of them, from the first, are plain conditions.</param>
internal sealed record CompiledRule(Rule Rule, Step[] Steps, int Leading)
{
    /// <summary>Whether it drops what its conditions hold for, and does nothing else.</summary>
    public bool OnlyDrops { get; } = Only(Steps, Leading, VerdictKind.Drop);

    /// <summary>Whether it accepts what its conditions hold for, and does nothing else.</summary>
    public bool OnlyAccepts { get; } = Only(Steps, Leading, VerdictKind.Accept);

    /// <summary>Whether its conditions compare fields with numbers, so that looking at them tells nobody anything but which packets they hold for.</summary>
    public bool IsPlain { get; } = Steps.Take(Leading).All(static step => step is MatchStep { IsPlain: true, Twin: null, Field: { } field } && IsKnown(field));

    /// <summary>Whether its conditions compare the source address with numbers, and nothing else.</summary>
    public bool IsOfSource { get; } = Leading > 0
        && Steps.Take(Leading).All(static step => step is MatchStep { IsPlain: true, Field: PacketField.IpSaddr or PacketField.Ip6Saddr });

    // Counters and logs stand between conditions and verdict as a rule, and decide nothing.
    private static bool Only(Step[] steps, int leading, VerdictKind kind) =>
        leading < steps.Length && steps[^1].Statement is VerdictStatement verdict && verdict.Verdict.Kind == kind
        && steps[leading..^1].All(static step => step.Statement is PassStatement);

    // Fields that every packet has a number or bits of its own for; others are notes of what is not known.
    private static bool IsKnown(PacketField field) => field is PacketField.IpSaddr or PacketField.Ip6Saddr or PacketField.IpDaddr or PacketField.Ip6Daddr
        or PacketField.TcpSport or PacketField.TcpDport or PacketField.UdpSport or PacketField.UdpDport
        or PacketField.IpProtocol or PacketField.Ip6NextHeader or PacketField.MetaL4Proto or PacketField.MetaNfProto or PacketField.MetaProtocol
        or PacketField.MetaIif or PacketField.MetaIifName or PacketField.MetaOif or PacketField.MetaOifName or PacketField.CtState;
}
