namespace Virtward.Exposure.PacketSets;

/// <summary>Questions about sets of kinds.</summary>
internal static class KindSets
{
    /// <summary>Whether the kind is one of them.</summary>
    public static bool Contains(this KindSet kinds, VariableKind kind) => ((int)kinds >> (int)kind & 1) != 0;
}
