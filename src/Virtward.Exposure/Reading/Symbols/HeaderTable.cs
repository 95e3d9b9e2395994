using System.Collections.Frozen;

namespace Virtward.Exposure.Reading.Symbols;

/// <summary>Extension headers and options, whose fields the model keeps by name: their bits and types (nft(8), "Extension header expressions").</summary>
public static class HeaderTable
{
    private static readonly FrozenDictionary<string, (int Width, DataType Type)> Fields = new Dictionary<string, (int Width, DataType Type)>(StringComparer.Ordinal)
    {
        ["hbh nexthdr"] = (8, DataType.InetProtocol),
        ["hbh hdrlength"] = (8, DataType.Integer),
        ["dst nexthdr"] = (8, DataType.InetProtocol),
        ["dst hdrlength"] = (8, DataType.Integer),
        ["rt nexthdr"] = (8, DataType.InetProtocol),
        ["rt hdrlength"] = (8, DataType.Integer),
        ["rt type"] = (8, DataType.Integer),
        ["rt seg-left"] = (8, DataType.Integer),
        ["frag nexthdr"] = (8, DataType.InetProtocol),
        ["frag reserved"] = (8, DataType.Integer),
        ["frag frag-off"] = (13, DataType.Integer),
        ["frag reserved2"] = (2, DataType.Integer),
        ["frag more-fragments"] = (1, DataType.Integer),
        ["frag id"] = (32, DataType.Integer),
        ["mh nexthdr"] = (8, DataType.InetProtocol),
        ["mh hdrlength"] = (8, DataType.Integer),
        ["mh type"] = (8, DataType.MobilityType),
        ["mh reserved"] = (8, DataType.Integer),
        ["mh checksum"] = (16, DataType.Integer),
        ["srh last-entry"] = (8, DataType.Integer),
        ["srh flags"] = (8, DataType.Integer),
        ["srh tag"] = (16, DataType.Integer),
        ["srh seg-left"] = (8, DataType.Integer),
        ["tcp size"] = (16, DataType.Integer),
        ["tcp count"] = (8, DataType.Integer),
        ["tcp kind"] = (8, DataType.Integer),
        ["tcp length"] = (8, DataType.Integer),
        ["tcp left"] = (32, DataType.Integer),
        ["tcp right"] = (32, DataType.Integer),
        ["tcp tsval"] = (32, DataType.Integer),
        ["tcp tsecr"] = (32, DataType.Integer),
        ["tcp subtype"] = (4, DataType.MptcpSubtype),
        ["ip type"] = (8, DataType.Integer),
        ["ip length"] = (8, DataType.Integer),
        ["ip ptr"] = (8, DataType.Integer),
        ["ip value"] = (16, DataType.Integer),
        ["ip addr"] = (32, DataType.Ipv4Address),
        ["sctp type"] = (8, DataType.Integer),
        ["sctp flags"] = (8, DataType.Integer),
        ["sctp length"] = (16, DataType.Integer),
        ["sctp init-tag"] = (32, DataType.Integer),
        ["sctp a-rwnd"] = (32, DataType.Integer),
        ["sctp num-outbound-streams"] = (16, DataType.Integer),
        ["sctp num-inbound-streams"] = (16, DataType.Integer),
        ["sctp initial-tsn"] = (32, DataType.Integer),
        ["sctp cum-tsn-ack"] = (32, DataType.Integer),
        ["sctp num-gap-ack-blocks"] = (16, DataType.Integer),
        ["sctp num-dup-tsns"] = (16, DataType.Integer),
        ["sctp lowest-tsn"] = (32, DataType.Integer),
        ["sctp seqno"] = (32, DataType.Integer),
        ["sctp new-cum-tsn"] = (32, DataType.Integer),
        ["sctp tsn"] = (32, DataType.Integer),
        ["sctp stream"] = (16, DataType.Integer),
        ["sctp ssn"] = (16, DataType.Integer),
        ["sctp ppid"] = (32, DataType.Integer),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The bits and type of a field of an extension header, or of an option of <c>tcp</c>, <c>ip</c> or <c>sctp</c> whatever its name.</summary>
    public static bool TryGet(string header, string field, out int width, out DataType type)
    {
        bool known = Fields.TryGetValue($"{header} {field}", out (int Width, DataType Type) found);
        (width, type) = found;
        return known;
    }

    /// <summary>Whether a word names an IPv6 extension header that has fields of its own.</summary>
    public static bool IsExtensionHeader(ReadOnlySpan<char> word) => word is "hbh" or "dst" or "frag" or "mh" or "srh" or "rt";
}
