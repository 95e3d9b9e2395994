using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>One condition of a rule, with its set resolved.</summary>
internal sealed class MatchStep(MatchStatement statement, SetIndex? set) : Step(statement)
{
    /// <summary>The condition.</summary>
    public MatchStatement Match { get; } = statement;

    /// <summary>Another condition of the rule that may be one with this one (<see cref="Layouts.MayBeOne"/>); null: none.</summary>
    public MatchStep? Twin { get; set; }

    /// <summary>The field, where just one is looked at.</summary>
    public PacketField? Field { get; } = (statement.Left as FieldExpression)?.Field;

    /// <summary>The set that it is looked up in; null: the right side is none.</summary>
    public SetIndex? Set { get; } = set;

    /// <summary>The lowest number that the right side stands for, where it is a number or an interval.</summary>
    public UInt128 First { get; } = statement.Right switch
    {
        NumberExpression number => number.Value,
        RangeExpression range => range.Range.First,
        _ => 0,
    };

    /// <summary>The highest.</summary>
    public UInt128 Last { get; } = statement.Right switch
    {
        NumberExpression number => number.Value,
        RangeExpression range => range.Range.Last,
        _ => 0,
    };

    /// <summary>Whether the right side is a number or an interval.</summary>
    public bool IsPlain { get; } = statement.Right is NumberExpression or RangeExpression;

    /// <summary>Whether an interface is named by its number instead of its name.</summary>
    public bool ByIndex { get; } = statement is
    {
        Left: FieldExpression { Field: PacketField.MetaIif or PacketField.MetaOif },
        Right: NumberExpression { Value: var number },
    } && number != 0 && number <= uint.MaxValue;

    /// <summary>The bits of the value that was compared last: the source address, as a rule, on every question.</summary>
    public int[]? LastBits { get; set; }

    /// <summary>What that comparison gave.</summary>
    public int LastAnswer { get; set; }

    /// <summary>What the set is looked up with, as text: the same text is the same key.</summary>
    public string KeyText { get; } = set is { Name.Length: > 0 } ? KeyTexts.Of(statement.Left) : "";
}
