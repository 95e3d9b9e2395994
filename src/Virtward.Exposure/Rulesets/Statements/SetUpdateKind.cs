namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>How a packet changes a set.</summary>
public enum SetUpdateKind
{
    /// <summary>Adds the key where it is missing.</summary>
    Add,

    /// <summary>Adds the key, or starts its time anew.</summary>
    Update,

    /// <summary>Removes the key.</summary>
    Delete,
}
