namespace Virtward.Exposure.PacketSets;

/// <summary>Several kinds of variables.</summary>
[Flags]
internal enum KindSet
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><see cref="VariableKind.Source"/></summary>
    Source = 1 << VariableKind.Source,

    /// <summary><see cref="VariableKind.Free"/></summary>
    Free = 1 << VariableKind.Free,

    /// <summary><see cref="VariableKind.Luck"/></summary>
    Luck = 1 << VariableKind.Luck,

    /// <summary><see cref="VariableKind.Unknown"/></summary>
    Unknown = 1 << VariableKind.Unknown,

    /// <summary><see cref="VariableKind.Port"/></summary>
    Port = 1 << VariableKind.Port,

    /// <summary><see cref="VariableKind.Destination"/></summary>
    Destination = 1 << VariableKind.Destination,
}
