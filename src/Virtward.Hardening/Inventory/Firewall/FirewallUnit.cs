using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>A unit that loads rules, as systemd knows it.</summary>
/// <param name="Name">Its name: <c>nftables.service</c>.</param>
/// <param name="Exists">Whether there is such a unit.</param>
/// <param name="Active">Whether it is active.</param>
/// <param name="FileState">Its file's state: <c>enabled</c>, <c>disabled</c>, <c>masked</c>, <c>static</c>, ….</param>
/// <param name="Before">The units that wait for it at boot.</param>
public sealed record FirewallUnit(string Name, bool Exists, bool Active, string FileState, ImmutableArray<string> Before)
{
    /// <summary>Whether it starts at boot by itself.</summary>
    public bool Enabled => FileState is "enabled" or "enabled-runtime" or "generated" or "alias";

    /// <summary>Its name without the ending: <c>nftables</c>.</summary>
    public string Short => Name[..^".service".Length];
}
