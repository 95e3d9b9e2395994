using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;

namespace Virtward.Hardening.Firewall;

/// <summary>Ports that a zone may reach.</summary>
/// <param name="Name">What the policy calls it.</param>
/// <param name="Ports">The ports.</param>
/// <param name="Rate">How often one source may begin; null: as often as it likes.</param>
public sealed record Grant(string Name, ImmutableArray<PortScope> Ports, ServiceRate? Rate)
{
    /// <summary>
    /// The set in which sources are counted, without its family. The rate is in the name: an element keeps the rate that it was made with, so
    /// that another rate needs another set.
    /// </summary>
    public string? RateSet => Rate is ServiceRate rate
        ? string.Create(CultureInfo.InvariantCulture, $"policy_rate_{FirewallText.Word(Name)}_{rate.Count}_{rate.ToString().Split('/')[1]}") : null;

    /// <summary>
    /// The rules that drop what is too much, by source: an address of IPv4, a /64 of IPv6, which is one person's (RFC 6177). A full set lets through: nobody is locked
    /// out because others are many.
    /// </summary>
    /// <param name="ports">The condition on the ports.</param>
    /// <param name="zone">Whose packets, for the comment.</param>
    public IEnumerable<string> Limits(string ports, string zone)
    {
        if (Rate is not ServiceRate rate)
        {
            yield break;
        }

        foreach (bool v4 in FirewallText.Families)
        {
            string source = v4 ? "ip saddr" : "ip6 saddr & ffff:ffff:ffff:ffff::";
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{ports}ct state new update @{RateSet}_{(v4 ? 4 : 6)} {{ {source} limit rate over {rate} burst {rate.Count} packets }} counter drop{FirewallText.Comment($"{zone}: {Name}, more than {rate}")}");
        }
    }
}
