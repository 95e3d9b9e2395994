using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Targets that translate addresses.</summary>
internal static class NatTargets
{
    public static bool Read(RuleBuilder rule, OptionGroup target)
    {
        Expression? address = null;
        Expression? port = null;
        var flags = new List<string>();
        foreach (Option option in target.Options)
        {
            switch (option.Name)
            {
                case "to-destination" when target.Name == "DNAT" && TryDestination(rule, option.Value, out address, out port):
                case "to-source" when target.Name == "SNAT" && TryDestination(rule, option.Value, out address, out port):
                case "to-ports" when target.Name is "MASQUERADE" or "REDIRECT" && TryPorts(option.Value, out port):
                    break;
                case "to" when target.Name == "NETMAP" && rule.TryAddresses(option.Value, out ValueRange network):
                    address = Make.Range(network);
                    break;
                case "random" or "persistent":
                    flags.Add(option.Name);
                    break;
                case "random-fully":
                    flags.Add("fully-random");
                    break;
                default:
                    return false;
            }
        }

        if (target.Name is "DNAT" or "SNAT" or "NETMAP" && address is null && port is null)
        {
            return false;
        }

        NatKind kind = target.Name switch
        {
            "DNAT" => NatKind.Destination,
            "SNAT" => NatKind.Source,
            "MASQUERADE" => NatKind.Masquerade,
            "REDIRECT" => NatKind.Redirect,
            _ => rule.Chain.Base?.Hook is Hook.Postrouting or Hook.Input ? NatKind.Source : NatKind.Destination,
        };
        bool prefix = target.Name == "NETMAP";
        rule.Table.HasOpenNetmap |= prefix && rule.Chain.Base is null;
        rule.Add(new NatStatement(kind, rule.V6 ? Family.Ip6 : Family.Ip, address, port, prefix, string.Join(',', flags)));
        return true;
    }

    /// <summary>Reads <c>1.2.3.4</c>, <c>1.2.3.4-1.2.3.9:80-90</c>, <c>:80</c>, <c>[2001:db8::1]:80</c>, <c>1.2.3.4:3000-4000/1000</c>.</summary>
    private static bool TryDestination(RuleBuilder rule, string text, out Expression? address, out Expression? port)
    {
        (address, port) = (null, null);
        ReadOnlySpan<char> host = text;
        ReadOnlySpan<char> ports = [];
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0)
            {
                return false;
            }

            host = text.AsSpan(1, end - 1);
            ports = text.AsSpan(end + 1);
        }
        else if (!rule.V6 && text.IndexOf(':', StringComparison.Ordinal) is >= 0 and int colon)
        {
            host = text.AsSpan(0, colon);
            ports = text.AsSpan(colon);
        }
        else if (rule.V6 && text.StartsWith(':') && !text.StartsWith("::", StringComparison.Ordinal))
        {
            host = [];
            ports = text;
        }

        if (!host.IsEmpty)
        {
            if (!rule.TryAddresses(host, out ValueRange range))
            {
                return false;
            }

            address = Make.Range(range);
        }

        if (ports.IsEmpty)
        {
            return address is not null;
        }

        return ports.Length > 1 && ports[0] == ':' && TryPorts(ports[1..], out port);
    }

    private static bool TryPorts(ReadOnlySpan<char> text, out Expression? port)
    {
        // "3000-4000/1000": ports from 1000 up become those from 3000 up, in step; which one is not said, only among which.
        int shift = text.IndexOf('/');
        bool ok = Numbers.TryRange(shift < 0 ? text : text[..shift], ushort.MaxValue, out ValueRange range, '-');
        port = ok ? Make.Range(range) : null;
        return ok;
    }
}
