using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.Iptables;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Ipsets;

/// <summary>Reads what <c>ipset save</c> prints: <c>create NAME TYPE …</c> and <c>add NAME MEMBER …</c>.</summary>
public static class IpsetReader
{
    private const string Source = "ipset save";

    private static readonly ImmutableArray<ushort> ProtocolsOfBitmapPort = [6, 17];

    /// <summary>The sets of a text by name; text that is none of ipset's is a problem, single members that are not understood are opaque.</summary>
    public static Result<ImmutableDictionary<string, Ipset>> Read(string text)
    {
        var sets = new Dictionary<string, IpsetBuilder>(StringComparer.Ordinal);
        int number = 0;
        foreach (System.Range range in text.AsSpan().Split('\n'))
        {
            number++;
            ReadOnlySpan<char> line = text.AsSpan(range).Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            List<Word> words = Words.Split(line);
            if (words.Count >= 3 && words[0].Text is "create" or "-N" && Create(words) is IpsetBuilder made)
            {
                sets[made.Name] = made;
            }
            else if (words.Count >= 3 && words[0].Text is "add" or "-A")
            {
                if (!sets.TryGetValue(words[1].Text, out IpsetBuilder? set))
                {
                    return new Problem("a member of a set that is not made before it", Source) { Line = number };
                }

                Add(set, words);
            }
            else
            {
                return new Problem("no line of 'ipset save', which are 'create …' and 'add …'", Source) { Line = number };
            }
        }

        var built = sets.ToDictionary(s => s.Key, s => s.Value.Build(), StringComparer.Ordinal);
        foreach (IpsetBuilder list in sets.Values.Where(s => s.Type == "list:set"))
        {
            built[list.Name] = List(list, built);
        }

        return built.ToImmutableDictionary(StringComparer.Ordinal);
    }

    private static IpsetBuilder? Create(List<Word> words)
    {
        string type = words[2].Text;
        int colon = type.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return null;
        }

        bool exact = true;
        var dimensions = new List<IpsetDimension>();
        foreach (string name in type[(colon + 1)..].Split(','))
        {
            IpsetDimension? dimension = name switch
            {
                "ip" or "net" => IpsetDimension.Address,
                "port" => IpsetDimension.Port,
                "mac" => IpsetDimension.HardwareAddress,
                "iface" => IpsetDimension.Interface,
                "mark" => IpsetDimension.Mark,
                _ => null,
            };
            if (dimension is null)
            {
                exact = type == "list:set";
            }
            else
            {
                dimensions.Add(dimension.Value);
            }
        }

        int netmask = 0;
        bool timeout = false;
        bool v6 = false;
        for (int i = 3; i < words.Count; i++)
        {
            string value = i + 1 < words.Count ? words[i + 1].Text : "";
            switch (words[i].Text)
            {
                case "family":
                    v6 = value == "inet6";
                    break;
                case "netmask":
                    exact &= int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out netmask) && netmask is > 0 and <= 128;
                    break;
                case "timeout":
                    timeout = true;
                    break;
                case "bitmask":
                    exact = false;
                    break;
                case "markmask":
                    exact &= value == "0xffffffff";
                    break;
            }
        }

        var set = new IpsetBuilder(words[1].Text, type, dimensions.Contains(IpsetDimension.Address) ? v6 : null, [.. dimensions])
        {
            HasTimeout = timeout,
            Netmask = netmask,
        };
        if (!exact)
        {
            set.GiveUp();
        }

        return set;
    }

    private static void Add(IpsetBuilder set, List<Word> words)
    {
        string member = words[2].Text;
        if (set.Type == "list:set")
        {
            set.Members.Add(member);
            return;
        }

        long expires = 0;
        bool exception = false;
        bool wildcard = false;
        for (int i = 3; i < words.Count; i++)
        {
            switch (words[i].Text)
            {
                case "timeout" when i + 1 < words.Count:
                    _ = long.TryParse(words[++i].Text, NumberStyles.None, CultureInfo.InvariantCulture, out expires);
                    break;
                case "nomatch":
                    exception = true;
                    break;
                case "wildcard":
                    wildcard = true;
                    break;
                case "comment" or "packets" or "bytes" or "skbmark" or "skbprio" or "skbqueue":
                    i++;
                    break;
            }
        }

        var rows = new List<List<ValueRange>> { new() };
        if (!TryKey(set, member.Split(','), wildcard, rows))
        {
            set.AddOpaque(string.Join(' ', words.Skip(2).Select(w => w.Text)));
            if (exception)
            {
                set.GiveUp();
            }
        }
        else if (!exception)
        {
            rows.ForEach(key => set.Add(key, expires));
        }
        else if (set.Parts == 1)
        {
            set.AddException(rows[0][0]);
        }
        else
        {
            set.GiveUp();
        }
    }

    private static bool TryKey(IpsetBuilder set, string[] values, bool wildcard, List<List<ValueRange>> rows)
    {
        for (int i = 0; i < set.Dimensions.Length; i++)
        {
            // A hardware address may be left out: any.
            string value = i < values.Length ? values[i] : "";
            switch (set.Dimensions[i])
            {
                case IpsetDimension.Address when TryAddress(set, value, out ValueRange range):
                    rows.ForEach(r => r.Add(range));
                    break;
                case IpsetDimension.Port when set.Type.StartsWith("bitmap", StringComparison.Ordinal) && Numbers.TryRange(value, ushort.MaxValue, out ValueRange ports, '-'):
                    // The kernel puts no protocol into this type, but asks it for TCP's and UDP's ports only.
                    rows.Clear();
                    rows.AddRange(ProtocolsOfBitmapPort.Select(p => new List<ValueRange> { ValueRange.Single(p), ports }));
                    break;
                case IpsetDimension.Port when TryPort(value, out ValueRange protocol, out ValueRange port):
                    rows.ForEach(r => r.AddRange([protocol, port]));
                    break;
                case IpsetDimension.HardwareAddress when value.Length == 0:
                    rows.ForEach(r => r.Add(new ValueRange(0, 0xffff_ffff_ffff)));
                    break;
                case IpsetDimension.HardwareAddress when ValueText.TrySingle(DataType.EtherAddress, value, out UInt128 address):
                    rows.ForEach(r => r.Add(ValueRange.Single(address)));
                    break;
                case IpsetDimension.Interface when value.Length > 0 && !value.StartsWith("physdev:", StringComparison.Ordinal):
                    ValueRange name = wildcard ? InterfaceName.ToRange(value + "*") : ValueRange.Single(InterfaceName.ToValue(value));
                    rows.ForEach(r => r.Add(name));
                    break;
                case IpsetDimension.Mark when Numbers.TryRead(value, uint.MaxValue, out ulong mark):
                    rows.ForEach(r => r.Add(ValueRange.Single(mark)));
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool TryAddress(IpsetBuilder set, string text, out ValueRange range)
    {
        int bits = set.V6 == true ? 128 : 32;
        if (!ValueText.TryParse(set.V6 == true ? DataType.Ipv6Address : DataType.Ipv4Address, bits, text, out range))
        {
            return false;
        }

        if (set.Netmask > 0 && set.Netmask <= bits && range.IsSingle)
        {
            range = ValueText.Prefix(range.First, set.Netmask, bits);
        }

        return true;
    }

    private static bool TryPort(string text, out ValueRange protocol, out ValueRange port)
    {
        // "tcp:80"; protocols without ports have something else there, which no port field holds.
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        (protocol, port) = (default, default);
        bool ok = ValueText.TrySingle(DataType.InetProtocol, colon < 0 ? "tcp" : text.AsSpan(0, colon), out UInt128 number)
            && number <= 255 && (int)number is (6 or 17 or 132 or 136)
            && Numbers.TryRange(text.AsSpan(colon + 1), ushort.MaxValue, out port, '-');
        protocol = ValueRange.Single(number);
        return ok;
    }

    /// <summary>A list of sets: what is in any of them, where all are of one shape.</summary>
    private static Ipset List(IpsetBuilder list, Dictionary<string, Ipset> sets)
    {
        var members = new List<Ipset>();
        foreach (string name in list.Members)
        {
            if (!sets.TryGetValue(name, out Ipset? set) || set.Type == "list:set")
            {
                return list.Build() with { Exact = false };
            }

            members.Add(set);
        }

        Ipset? first = members.FirstOrDefault();
        if (first is null || !members.TrueForAll(m => m.Exact && m.V6 == first.V6 && m.Dimensions.SequenceEqual(first.Dimensions)))
        {
            return list.Build() with { Exact = false };
        }

        bool expiring = members.Exists(m => m.Contents.ExpiresIn.Length > 0);
        return first with
        {
            Name = list.Name,
            Type = list.Type,
            HasTimeout = members.Exists(m => m.HasTimeout),
            Contents = new SetContents
            {
                Parts = first.Contents.Parts,
                Keys = [.. members.SelectMany(m => m.Contents.Keys)],
                ExpiresIn = expiring ? [.. members.SelectMany(m => m.Contents.ExpiresIn.Length > 0 ? m.Contents.ExpiresIn : [.. new long[m.Contents.Count]])] : [],
                Opaque = [.. members.SelectMany(m => m.Contents.Opaque)],
            },
        };
    }
}
