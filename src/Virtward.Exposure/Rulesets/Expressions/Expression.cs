namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>Something that has a value for a packet: a field, a constant, or what is made of them. Values are unsigned numbers.</summary>
public abstract record Expression;
