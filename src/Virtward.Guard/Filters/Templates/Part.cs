namespace Virtward.Guard.Filters.Templates;

/// <summary>One part of a template.</summary>
/// <param name="Kind">What it takes.</param>
/// <param name="Literal">The bytes of a literal; empty for a hole.</param>
public sealed record Part(PartKind Kind, byte[] Literal)
{
    /// <summary>Whether it takes any text, so that only its neighbours say where it ends.</summary>
    public bool IsFree => Kind is PartKind.Any or PartKind.User;
}
