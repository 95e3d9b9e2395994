namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>How two values are compared.</summary>
public enum MatchOperator
{
    /// <summary>Equal, in the interval, or in the set.</summary>
    Equal,

    /// <summary>The opposite: for a set, in none of its elements.</summary>
    NotEqual,

    /// <summary>Less than.</summary>
    Less,

    /// <summary>Less than or equal.</summary>
    LessOrEqual,

    /// <summary>Greater than.</summary>
    Greater,

    /// <summary>Greater than or equal.</summary>
    GreaterOrEqual,

    /// <summary>Any of these bits is set: <c>ct state new,established</c>, <c>tcp flags syn</c> without a mask.</summary>
    AnyBit,

    /// <summary>None of these bits is set: <c>tcp flags ! syn</c>.</summary>
    NoBit,
}
