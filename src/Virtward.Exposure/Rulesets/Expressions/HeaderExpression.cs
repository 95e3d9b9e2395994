namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>
/// An option or extension header: <c>exthdr frag exists</c>, <c>tcp option maxseg size</c>, <c>ip option …</c>. Senders choose freely whether a packet has it.
/// </summary>
/// <param name="Name">The header and, where a field of it is meant, the field, as printed without <c>exists</c>.</param>
/// <param name="Exists">Whether its presence is asked for (1 or 0); else the field's value, which only packets with the header have.</param>
/// <param name="Width">The field's bits; 1 for its presence.</param>
public sealed record HeaderExpression(string Name, bool Exists, int Width) : Expression;
