using System.Collections.Immutable;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>A guest (a libvirt domain), as its XML describes it.</summary>
/// <param name="Name">Its name.</param>
public sealed record Guest(string Name)
{
    /// <summary>Its UUID; empty where the XML has none.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>Whether it runs: then the rest is as it runs, else as it is stored.</summary>
    public bool Running { get; init; }

    /// <summary>Its network interfaces.</summary>
    public ImmutableArray<GuestInterface> Interfaces { get; init; } = [];

    /// <summary>What its qemu listens with by its XML: consoles, serial lines, monitors.</summary>
    public ImmutableArray<GuestEndpoint> Endpoints { get; init; } = [];

    /// <summary>The addresses that are known of it, each once.</summary>
    public ImmutableArray<GuestAddress> Addresses { get; init; } = [];
}
