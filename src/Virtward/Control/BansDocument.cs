namespace Virtward.Control;

/// <summary>What <c>virtward bans --json</c> prints, and what GET /v1/bans answers (docs/control-api.md).</summary>
/// <param name="Bans">The bans in force, the newest first.</param>
public sealed record BansDocument(IReadOnlyCollection<BanDocument> Bans);
