namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>A chain being made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Head">Type, hook, priority and policy as nft writes them; empty for one that is only jumped to.</param>
/// <param name="Rules">Its rules, as nft writes them.</param>
internal sealed record DraftChain(string Name, string Head, IReadOnlyList<string> Rules);
