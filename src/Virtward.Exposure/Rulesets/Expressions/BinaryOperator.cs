namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>What two values are combined by.</summary>
public enum BinaryOperator
{
    /// <summary>Bits set in both (<c>&amp;</c>).</summary>
    And,

    /// <summary>Bits set in either (<c>|</c>).</summary>
    Or,

    /// <summary>Bits set in one of them (<c>^</c>).</summary>
    Xor,

    /// <summary>Shifted to the left.</summary>
    ShiftLeft,

    /// <summary>Shifted to the right.</summary>
    ShiftRight,
}
