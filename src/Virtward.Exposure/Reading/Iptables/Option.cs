namespace Virtward.Exposure.Reading.Iptables;

/// <summary>One option of a match or target.</summary>
/// <param name="Name">Its name without dashes: <c>dport</c>.</param>
/// <param name="Negated">Whether a <c>!</c> stands before it.</param>
/// <param name="Values">What follows it.</param>
internal sealed record Option(string Name, bool Negated, List<string> Values)
{
    /// <summary>Its first value; empty where there is none.</summary>
    public string Value => Values.Count > 0 ? Values[0] : "";

    /// <summary>The option as it is written.</summary>
    public override string ToString() => $"{(Negated ? "! " : "")}--{Name}{string.Concat(Values.Select(v => " " + v))}";
}
