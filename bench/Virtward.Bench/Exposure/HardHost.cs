using System.Globalization;
using System.Text;

namespace Virtward.Bench.Exposure;

/// <summary>
/// A snapshot of a host that is hard to answer for: 40 listeners, 20 of them open to everybody but two sets of 100,000 and some hundred exceptions each, 10,000 rules,
/// five devices.
/// </summary>
internal static class HardHost
{
    private const int Listeners = 40;
    private static readonly string[] Devices = ["eth0", "eth1", "wg0", "virbr0", "eth2"];

    /// <summary>Writes the snapshot.</summary>
    /// <param name="folder">An empty folder.</param>
    /// <param name="rules">How many rules.</param>
    /// <param name="elements">How many elements each of the two sets has.</param>
    public static void Write(string folder, int rules, int elements)
    {
        void File(string name, string text) => System.IO.File.WriteAllText(Path.Combine(folder, name), text);
        File("nft.txt", Rules(rules, elements));
        File("ip-link.json", $"[{{\"ifindex\":1,\"ifname\":\"lo\",\"flags\":[\"LOOPBACK\",\"UP\"],\"link_type\":\"loopback\"}},{Join((name, at) =>
            $"{{\"ifindex\":{at + 2},\"ifname\":\"{name}\",\"flags\":[\"UP\"],\"link_type\":\"ether\"}}")}]");
        File("ip-addr.json", $"[{{\"ifindex\":1,\"ifname\":\"lo\",\"addr_info\":[{{\"family\":\"inet\",\"local\":\"127.0.0.1\",\"prefixlen\":8}}]}},{Join((name, at) =>
            $"{{\"ifindex\":{at + 2},\"ifname\":\"{name}\",\"addr_info\":[{{\"family\":\"inet\",\"local\":\"{(at == 0 ? "203.0.113.10" : $"10.{at}.0.1")}\",\"prefixlen\":24}}]}}")}]");
        File("ip-route.json", $"[{{\"dst\":\"default\",\"gateway\":\"203.0.113.1\",\"dev\":\"eth0\",\"flags\":[]}},{Join((name, at) =>
            $"{{\"dst\":\"{(at == 0 ? "203.0.113" : $"10.{at}.0")}.0/24\",\"dev\":\"{name}\",\"flags\":[]}}")}]");
        File("ip-route6.json", "[]");
        File("ip-rule.json", "[]");
        File("ip-rule6.json", "[]");
        File("sysctl.txt", "net.ipv4.ip_forward = 1\n");
        File("listeners.json", $"{{\"version\":1,\"listeners\":[{string.Join(',', Enumerable.Range(0, Listeners).Select(static at => string.Create(CultureInfo.InvariantCulture,
            $"{{\"protocol\":\"tcp\",\"number\":6,\"address\":\"0.0.0.0\",\"port\":{1000 + at},\"v6Only\":false,\"processes\":[{{\"pid\":{at + 10},\"name\":\"p{at}\"}}],\"uid\":0,\"inode\":{at + 1},\"purpose\":\"\"}}")))}]}}");
        File("meta.json", "{\"format\":1,\"program\":\"bench\",\"host\":\"hard\",\"root\":true}");
    }

    private static string Join(Func<string, int, string> each) => string.Join(',', Devices.Select(each));

    private static string Rules(int rules, int elements)
    {
        var random = new Random(1);
        var text = new StringBuilder("table inet filter {\n");
        Set(text, "banned", "", elements, () => Address((uint)random.NextInt64()));
        Set(text, "feeds", "\t\tflags interval\n", elements, () => $"{Address((uint)random.NextInt64() & 0xffff_ff00)}/24");
        foreach (string device in Devices)
        {
            text.Append(CultureInfo.InvariantCulture, $"\tchain zone_{device} {{\n");
            for (int at = 0; at < rules / Devices.Length; at++)
            {
                int length = random.Next(16, 33);
                string source = $"ip saddr {Address((uint)(random.NextInt64() & (uint.MaxValue << (32 - length))))}{(length == 32 ? "" : $"/{length}")}";
                text.Append(CultureInfo.InvariantCulture, $"\t\t{(at % 4 == 3 ? source : $"tcp dport {1000 + random.Next(Listeners)} {source}")} {(at % 3 == 0 || at % 4 == 3 ? "drop" : "accept")} # handle {at + 100}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"\t\ttcp dport 1000-{1000 + (Listeners / 2) - 1} accept # handle 99\n\t}}\n");
        }

        text.Append("\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established,related accept # handle 1\n");
        text.Append("\t\tip saddr @banned drop # handle 2\n\t\tip saddr @feeds drop # handle 3\n");
        foreach (string device in Devices)
        {
            text.Append(CultureInfo.InvariantCulture, $"\t\tiifname \"{device}\" jump zone_{device} # handle 10\n");
        }

        return text.Append("\t}\n}\n").ToString();
    }

    private static void Set(StringBuilder text, string name, string flags, int elements, Func<string> element)
    {
        text.Append(CultureInfo.InvariantCulture, $"\tset {name} {{\n\t\ttype ipv4_addr\n{flags}\t\telements = {{ ");
        text.AppendJoin(",\n\t\t\t\t", Enumerable.Range(0, elements).Select(_ => element()).Distinct()).Append(" }\n\t}\n");
    }

    private static string Address(uint value) => $"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}";
}
