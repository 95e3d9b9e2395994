namespace Virtward.Exposure.PacketSets;

/// <summary>Who chooses a variable's value.</summary>
internal enum VariableKind : byte
{
    /// <summary>A bit of the source address: what is asked about.</summary>
    Source,

    /// <summary>The sender: ports, lengths, options.</summary>
    Free,

    /// <summary>Time, number or luck.</summary>
    Luck,

    /// <summary>Nobody knows: an uninterpreted rule, a fact that was not read.</summary>
    Unknown,

    /// <summary>A bit of the destination port, where all ports are asked about at once.</summary>
    Port,

    /// <summary>A bit of the destination address, where many are asked about at once.</summary>
    Destination,
}
