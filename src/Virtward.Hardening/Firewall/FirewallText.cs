using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Policy;

namespace Virtward.Hardening.Firewall;

/// <summary>How values stand in nft's language (nft(8)), in forms that nftables 1.0.2 to 1.1 take. Conditions have a space behind them, so that they can be joined.</summary>
internal static class FirewallText
{
    // NFTNL_UDATA_COMMENT_MAXLEN.
    private const int MaxComment = 120;
    private const int MaxWord = 40;

    /// <summary>IPv4, then IPv6.</summary>
    public static readonly ImmutableArray<bool> Families = [true, false];

    /// <summary>A condition on an interface's name: one set of plain names, and each name with a star by itself, as wildcards in sets are newer.</summary>
    public static IEnumerable<string> Names(string key, IEnumerable<string> devices)
    {
        // A pattern that is as long as names can be means one name.
        string[] all = [.. devices.Select(static name => name.Length > FirewallWay.MaxDevice && name.EndsWith('*') ? name[..^1] : name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] plain = [.. all.Where(static name => !name.EndsWith('*') && FirewallWay.CanName(name)).Select(static name => $"\"{name}\"")];
        IEnumerable<string> stars = all.Where(static name => name.EndsWith('*') && FirewallWay.CanName(name, pattern: true)).Select(name => $"{key} \"{name}\" ");
        return plain.Length == 0 ? stars : stars.Prepend($"{key} {Set(plain)} ");
    }

    /// <summary>Conditions on an address, one for each family that the networks have.</summary>
    /// <param name="field"><c>saddr</c> or <c>daddr</c>.</param>
    /// <param name="networks">The networks.</param>
    public static IEnumerable<string> Networks(string field, PrefixSet networks)
    {
        foreach (bool v4 in Families)
        {
            if (Family(networks, v4) is { Length: > 0 } some)
            {
                yield return some[0].Length == 0 ? Only(v4) : $"{(v4 ? "ip" : "ip6")} {field} {Set([.. some.Select(static one => one.ToString())])} ";
            }
        }
    }

    /// <summary>Conditions that are met by every address but some, one for each family.</summary>
    public static IEnumerable<string> AllBut(string field, PrefixSet networks)
    {
        foreach (bool v4 in Families)
        {
            yield return Family(networks, v4) is { Length: > 0 } some
                ? $"{(v4 ? "ip" : "ip6")} {field} != {Set([.. some.Select(static one => one.ToString())])} "
                : Only(v4);
        }
    }

    /// <summary>The prefixes of one family.</summary>
    public static Prefix[] Family(PrefixSet networks, bool v4) => [.. networks.Where(one => one.IsV4 == v4)];

    /// <summary>A condition on the family.</summary>
    public static string Only(bool v4) => $"meta nfproto {(v4 ? "ipv4" : "ipv6")} ";

    /// <summary>Conditions on the destination's port, one for each transport.</summary>
    public static IEnumerable<string> Ports(IEnumerable<PortScope> ports) => ByTransport(ports).Select(static one => $"{one.Protocol} dport {one.Ports} ");

    /// <summary>Conditions on the port that a packet was sent to before somebody's rule forwarded it elsewhere.</summary>
    public static IEnumerable<string> ForwardedPorts(IEnumerable<PortScope> ports) =>
        ByTransport(ports).Select(static one => $"ct status dnat meta l4proto {one.Protocol} ct original proto-dst {one.Ports} ");

    /// <summary>One value as it is, several in braces.</summary>
    public static string Set(IReadOnlyList<string> values) => values.Count == 1 ? values[0] : $"{{ {string.Join(", ", values)} }}";

    /// <summary>A comment behind a rule, or nothing.</summary>
    public static string Comment(string text)
    {
        string plain = string.Concat(text.Where(static c => c is >= ' ' and < '\x7f' and not ('"' or '\\')));
        return $" comment \"{(plain.Length > MaxComment ? plain[..MaxComment] : plain)}\"";
    }

    /// <summary>A word of the policy as part of a chain's or set's name.</summary>
    public static string Word(string name)
    {
        var word = new StringBuilder();
        foreach (char c in name.Take(MaxWord))
        {
            word.Append(char.IsAsciiLetterOrDigit(c) || c is '-' ? c : '_');
        }

        return word.ToString();
    }

    private static IEnumerable<(string Protocol, string Ports)> ByTransport(IEnumerable<PortScope> ports) =>
    [
        .. ports.GroupBy(static scope => scope.Protocol).OrderBy(static group => group.Key).Select(static group => (
            group.Key == Transport.Tcp ? "tcp" : "udp",
            Set([.. Joined(group).Select(static range => Text(range.From, range.To))]))),
    ];

    private static string Text(int from, int to) =>
        from == to ? from.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{from}-{to}");

    // nft refuses intervals of a set that overlap.
    private static IEnumerable<(int From, int To)> Joined(IEnumerable<PortScope> ports)
    {
        (int From, int To)? open = null;
        foreach (PortScope scope in ports.OrderBy(static scope => scope.From).ThenBy(static scope => scope.To))
        {
            if (open is { } last && scope.From <= last.To + 1)
            {
                open = (last.From, Math.Max(last.To, scope.To));
                continue;
            }

            if (open is { } done)
            {
                yield return done;
            }

            open = (scope.From, scope.To);
        }

        if (open is { } end)
        {
            yield return end;
        }
    }
}
