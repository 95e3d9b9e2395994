using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>A peer of a WireGuard interface.</summary>
/// <param name="Interface">The interface.</param>
/// <param name="Key">The beginning of its public key, enough to tell it from others.</param>
public sealed record WireguardPeer(string Interface, string Key)
{
    /// <summary>The networks that it may send from, and that are sent to it.</summary>
    public ImmutableArray<string> AllowedIps { get; init; } = [];

    /// <summary>When it last shook hands; null: never, or only its configuration is known.</summary>
    public DateTimeOffset? Handshake { get; init; }

    /// <summary>Whether a preshared key is set.</summary>
    public bool Preshared { get; init; }

    /// <summary>Where that is written: a file, or the program that told.</summary>
    public string Where { get; init; } = "";

    /// <summary>The line there; 0: none.</summary>
    public int Line { get; init; }
}
