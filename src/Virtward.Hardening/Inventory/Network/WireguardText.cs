using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>
/// What <c>wg show all dump</c> prints: a line of five columns for an interface (name, private key, public key, port, mark), one of nine for a peer
/// (interface, public key, preshared key, endpoint, allowed addresses, last handshake, received, sent, keepalive).
/// </summary>
public static class WireguardText
{
    private const string None = "(none)";
    private const int InterfaceColumns = 5;
    private const int PeerColumns = 9;
    private const int KeyShown = 8;

    /// <summary>Takes the private and the preshared keys out, by their columns. A line of another form is dropped whole.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder();
        foreach (string line in text.Split('\n'))
        {
            string[] columns = line.TrimEnd('\r').Split('\t');
            int secret = columns.Length switch
            {
                InterfaceColumns => 1,
                PeerColumns => 2,
                _ => -1,
            };
            if (secret < 0)
            {
                continue;
            }

            columns[secret] = columns[secret] == None ? None : Cleaning.Removed;
            clean.AppendJoin('\t', columns).Append('\n');
        }

        return clean.ToString();
    }

    /// <summary>
    /// Takes the keys out of a configuration file of wg-quick(8): of each line only what belongs to a setting that is known to hold none, else only the
    /// setting's name. Commands that it runs may hold anything.
    /// </summary>
    public static string CleanConfig(string text)
    {
        var clean = new StringBuilder();
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.TrimEnd('\r');
            string trimmed = line.Trim();
            int equals = trimmed.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? "" : trimmed[..equals].Trim();
            string kept = trimmed.StartsWith('[') && trimmed.EndsWith(']') && trimmed.Length < 40 ? trimmed
                : equals < 0 || trimmed.StartsWith('#') ? ""
                : IsHarmless(name) ? trimmed
                : name.Length is > 0 and < 40 && name.All(char.IsAsciiLetter) ? $"{name} = {Cleaning.Removed}"
                : "";
            clean.Append(kept).Append('\n');
        }

        return clean.ToString();
    }

    /// <summary>The peers of a dump.</summary>
    public static ImmutableArray<WireguardPeer> Peers(string dump) =>
    [
        .. dump.Split('\n').Select(static line => line.Split('\t')).Where(static columns => columns.Length == PeerColumns).Select(static columns => new WireguardPeer(columns[0], Short(columns[1]))
        {
            Preshared = columns[2] != None,
            AllowedIps = columns[4] == None ? [] : [.. columns[4].Split(',', StringSplitOptions.RemoveEmptyEntries)],
            Handshake = long.TryParse(columns[5], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds is > 0 and < 253_402_300_800
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null,
            Where = "wg show all dump",
        }),
    ];

    /// <summary>The interfaces of a dump, with the UDP ports that they listen at; 0: any.</summary>
    public static ImmutableArray<(string Name, int Port)> Interfaces(string dump) =>
    [
        .. dump.Split('\n').Select(static line => line.Split('\t')).Where(static columns => columns.Length == InterfaceColumns)
            .Select(static columns => (columns[0], int.TryParse(columns[3], NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? port : 0)),
    ];

    /// <summary>The peers of a configuration file.</summary>
    public static ImmutableArray<WireguardPeer> Peers(ConfigFile file)
    {
        string name = Path.GetFileNameWithoutExtension(file.Path);
        ImmutableArray<WireguardPeer>.Builder peers = ImmutableArray.CreateBuilder<WireguardPeer>();
        WireguardPeer? peer = null;
        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line.StartsWith('['))
            {
                Add(peers, peer);
                peer = line.Equals("[Peer]", StringComparison.OrdinalIgnoreCase) ? new WireguardPeer(name, "?") { Where = file.Path, Line = i + 1 } : null;
            }
            else if (peer is not null && equals > 0)
            {
                string value = line[(equals + 1)..].Trim();
                peer = line[..equals].Trim().ToUpperInvariant() switch
                {
                    "PUBLICKEY" => peer with { Key = Short(value) },
                    "PRESHAREDKEY" => peer with { Preshared = true },
                    "ALLOWEDIPS" => peer with
                    {
                        AllowedIps = peer.AllowedIps.Length > 1000 ? peer.AllowedIps : [.. peer.AllowedIps, .. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(1000)],
                        Line = i + 1,
                    },
                    _ => peer,
                };
            }
        }

        Add(peers, peer);
        return peers.ToImmutable();
    }

    private static void Add(ImmutableArray<WireguardPeer>.Builder peers, WireguardPeer? peer)
    {
        if (peer is not null)
        {
            peers.Add(peer);
        }
    }

    private static string Short(string key) => key.Length > KeyShown ? key[..KeyShown] : key;

    private static bool IsHarmless(string name) => name.ToUpperInvariant() is "ADDRESS" or "LISTENPORT" or "ALLOWEDIPS" or "ENDPOINT" or "PUBLICKEY" or "DNS" or "MTU" or "TABLE"
        or "FWMARK" or "PERSISTENTKEEPALIVE" or "SAVECONFIG";
}
