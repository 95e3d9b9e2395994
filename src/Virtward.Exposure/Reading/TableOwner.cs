namespace Virtward.Exposure.Reading;

/// <summary>One sign of a program's: the name of a table, or of a chain in anybody's table; <c>*</c> stands for anything.</summary>
/// <param name="Name">The program, for people.</param>
/// <param name="Table">The table's name; null where the chain's tells.</param>
/// <param name="Chain">The chain's name; null where the table's tells.</param>
public sealed record TableOwner(string Name, string? Table, string? Chain);
