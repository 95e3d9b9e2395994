using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>A stored network connection, NetworkManager's keyfile or an <c>ifcfg-</c> file: which interface it is for, and which firewalld zone it asks for.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Name">Its name: what <c>nmcli connection modify</c> takes.</param>
/// <param name="Interface">The interface; empty: any, or told otherwise.</param>
/// <param name="Zone">The zone; empty: the default zone.</param>
public sealed record ConnectionProfile(string Path, string Name, string Interface, string Zone)
{
    // Of a connection's file only these sections are kept; the rest may hold keys and passwords.
    private static readonly ImmutableHashSet<string> Kept =
        ["connection", "ipv4", "ipv6", "ethernet", "bridge", "bridge-port", "vlan", "bond", "bond-port", "team", "team-port", "ovs-bridge", "ovs-port"];

    private static readonly ImmutableHashSet<string> KeptKeys = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "DEVICE", "NAME", "ZONE", "ONBOOT", "TYPE", "BOOTPROTO", "IPADDR", "PREFIX", "NETMASK", "GATEWAY", "BRIDGE", "MASTER", "VLAN", "NM_CONTROLLED",
        "IPV6INIT", "IPV6_AUTOCONF", "IPV6_DISABLED", "IPV6ADDR", "IPV6_ACCEPT_RA", "DEFROUTE", "UUID", "HWADDR", "STP");

    /// <summary>Takes everything out of a connection's file that is not about which network it joins.</summary>
    public static string Clean(string text)
    {
        var kept = new List<string>();
        bool inSection = false;
        bool anySection = false;
        foreach (string line in text.Split('\n'))
        {
            string trimmed = line.Trim();
            if (trimmed.StartsWith('[') && trimmed.EndsWith(']'))
            {
                anySection = true;
                inSection = Kept.Contains(trimmed[1..^1]);
                kept.Add(inSection ? trimmed : $"{trimmed}\n# {Cleaning.Removed}");
            }
            else if (anySection ? inSection : KeptKeys.Contains(Key(trimmed)))
            {
                kept.Add(trimmed);
            }
        }

        return Cleaning.Secrets(string.Join('\n', kept));
    }

    /// <summary>Reads a file; null where it names neither an interface nor a zone.</summary>
    public static ConnectionProfile? Read(ConfigFile file)
    {
        string section = "";
        string name = "", device = "", zone = "";
        foreach (string line in file.Lines)
        {
            string trimmed = line.Trim();
            if (trimmed.StartsWith('[') && trimmed.EndsWith(']'))
            {
                section = trimmed[1..^1];
                continue;
            }

            int equals = trimmed.IndexOf('=', StringComparison.Ordinal);
            string value = equals < 0 ? "" : trimmed[(equals + 1)..].Trim().Trim('"', '\'');
            switch (section, Key(trimmed))
            {
                case ("connection", "id") or ("", "NAME"):
                    name = value;
                    break;
                case ("connection", "interface-name") or ("", "DEVICE"):
                    device = value;
                    break;
                case ("connection", "zone") or ("", "ZONE"):
                    zone = value;
                    break;
                default:
                    break;
            }
        }

        return device.Length + zone.Length == 0 ? null : new ConnectionProfile(file.Path, name.Length > 0 ? name : device, device, zone);
    }

    private static string Key(string line)
    {
        int equals = line.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? "" : line[..equals].Trim();
    }
}
