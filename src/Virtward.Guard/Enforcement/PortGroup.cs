using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;

namespace Virtward.Guard.Enforcement;

/// <summary>The ports that a ban closes, in one canonical form: sorted, merged, so that equal scopes share their sets.</summary>
public sealed record PortGroup
{
    // nftables allows names of 127 characters; longer groups are named by their hash.
    private const int MaxName = 80;

    private PortGroup(ImmutableArray<PortScope> ports)
    {
        Ports = ports;
        string text = string.Concat(ports.Select(static p => string.Create(
            CultureInfo.InvariantCulture, $"_{Name(p.Protocol)}{p.From}{(p.From == p.To ? "" : $"-{p.To}")}")));
        Suffix = text.Length <= MaxName ? text : string.Create(CultureInfo.InvariantCulture, $"_ports{Hash(text):x16}");
    }

    /// <summary>Every port of every protocol.</summary>
    public static readonly PortGroup All = new([]);

    /// <summary>The ports; empty for all. Two groups are the same where their <see cref="Suffix"/> is.</summary>
    public ImmutableArray<PortScope> Ports { get; }

    /// <summary>What sets of this group have at the end of their name: empty for all ports, else such as <c>_tcp22_tcp5900-5999</c>.</summary>
    public string Suffix { get; }

    /// <summary>Makes the group of a ban's ports.</summary>
    public static PortGroup Of(ImmutableArray<PortScope> ports)
    {
        if (ports.IsEmpty)
        {
            return All;
        }

        var merged = ImmutableArray.CreateBuilder<PortScope>(ports.Length);
        foreach (PortScope port in ports.OrderBy(static p => p.Protocol).ThenBy(static p => p.From))
        {
            if (merged.Count > 0 && merged[^1].Protocol == port.Protocol && port.From <= merged[^1].To + 1)
            {
                merged[^1] = merged[^1] with { To = Math.Max(merged[^1].To, port.To) };
            }
            else
            {
                merged.Add(port);
            }
        }

        return new PortGroup(merged.ToImmutable());
    }

    /// <summary>Whether a packet to this port is meant.</summary>
    public bool Contains(Transport protocol, int port)
    {
        if (Ports.IsEmpty)
        {
            return true;
        }

        foreach (PortScope scope in Ports)
        {
            if (scope.Protocol == protocol && scope.From <= port && port <= scope.To)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What rules match before they look the source up, one text for each rule that is needed: empty, or <c>tcp dport { 22, 80-90 }</c>.</summary>
    public IEnumerable<string> Matches() => Ports.IsEmpty
        ? [""]
        : Ports.GroupBy(static p => p.Protocol).Select(static group => string.Create(
            CultureInfo.InvariantCulture,
            $"{Name(group.Key)} dport {{ {string.Join(", ", group.Select(static p => p.From == p.To ? $"{p.From}" : $"{p.From}-{p.To}"))} }} "));

    /// <inheritdoc/>
    public bool Equals(PortGroup? other) => other is not null && Suffix == other.Suffix;

    /// <inheritdoc/>
    public override int GetHashCode() => Suffix.GetHashCode(StringComparison.Ordinal);

    private static string Name(Transport protocol) => protocol == Transport.Tcp ? "tcp" : "udp";

    // FNV-1a of 64 bits.
    private static ulong Hash(string text)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (char c in text)
        {
            hash = (hash ^ c) * 0x100000001b3;
        }

        return hash;
    }
}
