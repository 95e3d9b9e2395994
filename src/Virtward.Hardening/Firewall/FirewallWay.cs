using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Hardening.Firewall;

/// <summary>A way in or out, as rules for IP can ask for it: of a bridge's port they see the bridge only.</summary>
/// <param name="Devices">Names of interfaces, sorted; a trailing <c>*</c> matches any rest.</param>
/// <param name="Networks">The addresses of whoever is there; null: anybody.</param>
public sealed record FirewallWay(ImmutableArray<string> Devices, PrefixSet? Networks)
{
    // IFNAMSIZ, the final NUL taken off.
    internal const int MaxDevice = 15;

    /// <summary>
    /// Whether a name may stand in quotes in a script. Whoever names a device must not write rules; a star is a pattern only where the policy put it.
    /// </summary>
    public static bool CanName(string device, bool pattern = false) =>
        device.Length is > 0 and <= MaxDevice && device != "*"
        && (pattern && device.EndsWith('*') ? device[..^1] : device).All(static c => c is > ' ' and < '\x7f' and not ('"' or '*' or '\\'));

    /// <summary>Conditions that are met by packets from here, each a text with a space behind it; several, because names with a star stand alone.</summary>
    public IEnumerable<string> From() => Conditions("iifname", "saddr");

    /// <summary>Conditions that are met by packets to here.</summary>
    public IEnumerable<string> To() => Conditions("oifname", "daddr");

    /// <summary>Conditions on the interface alone.</summary>
    /// <param name="key"><c>iifname</c> or <c>oifname</c>.</param>
    public IEnumerable<string> ByDevice(string key) => FirewallText.Names(key, Devices);

    private IEnumerable<string> Conditions(string key, string address) =>
        ByDevice(key).SelectMany(device => Networks is null ? [device] : FirewallText.Networks(address, Networks).Select(network => device + network));
}
