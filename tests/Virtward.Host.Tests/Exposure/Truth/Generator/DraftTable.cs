namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>A table being made.</summary>
/// <param name="Family">Its family's word.</param>
/// <param name="Name">Its name.</param>
/// <param name="Sets">Its sets, maps and objects, each in one line.</param>
/// <param name="Chains">Its chains.</param>
internal sealed record DraftTable(string Family, string Name, IReadOnlyList<string> Sets, IReadOnlyList<DraftChain> Chains);
