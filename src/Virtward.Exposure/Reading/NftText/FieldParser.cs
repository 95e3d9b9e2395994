using System.Globalization;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>What a packet is looked at by: fields, options, look-ups, hashes.</summary>
internal sealed class FieldParser(ParseContext context)
{
    private readonly NftLexer _lexer = context.Lexer;

    /// <summary>The field that begins here; null where none does.</summary>
    public TypedExpression? Parse()
    {
        int start = _lexer.Start;
        if (_lexer.Text[0] == '@')
        {
            return RawPayload();
        }

        int line = _lexer.Line;
        int column = _lexer.Column;
        string word = _lexer.Text.ToString();
        _lexer.Next();
        return word switch
        {
            "ct" => Conntrack(start, line, column),
            "fib" => Fib(),
            "numgen" => Numgen(),
            "symhash" or "jhash" => Hash(start, word == "jhash"),
            "socket" => Socket(),
            "rt" => Route(),
            "osf" => Fingerprint(start),
            "ipsec" => Ipsec(start, line, column),
            "exthdr" => _lexer.TakeName() is { } header
                ? new TypedExpression(new HeaderExpression($"exthdr {header}", true, 1), ValueShape.Of(DataType.Boolean))
                : null,
            "tcp" or "ip" or "dccp" when _lexer.Is("option") => Option(word, "option"),
            "sctp" when _lexer.Is("chunk") => Option(word, "chunk"),
            "arp" when _lexer.Is("saddr") || _lexer.Is("daddr") => Field($"arp {_lexer.TakeName()} {_lexer.TakeName()}"),
            "hbh" or "dst" or "frag" or "mh" or "srh" => ExtensionHeader(word),
            "udplite" or "udp" or "tcp" or "ip" or "ip6" or "meta" or "ether" => _lexer.TakeName() is { } field ? Field($"{word} {field}") : null,
            _ when FieldTable.IsHeader(word) => _lexer.TakeName() is { } field ? Field($"{word} {field}") : null,
            // Before 0.9, and still for the interfaces: meta keys without the word.
            _ => FieldTable.TryFind("meta", word, out FieldSymbol? symbol) ? Of(symbol) : null,
        };
    }

    private static TypedExpression? Field(string keyword) => FieldTable.TryFind(keyword, out FieldSymbol? symbol) ? Of(symbol) : null;

    private static TypedExpression Of(FieldSymbol symbol) => new(
        symbol.Field is { } field ? new FieldExpression(field) : new HeaderExpression(symbol.Keyword, false, symbol.Width),
        new ValueShape(symbol.Type, symbol.Width));

    private TypedExpression? RawPayload()
    {
        PayloadBase? from = _lexer.Text switch
        {
            "@ll" => PayloadBase.Link,
            "@nh" => PayloadBase.Network,
            "@th" => PayloadBase.Transport,
            "@ih" => PayloadBase.Inner,
            _ => null,
        };
        _lexer.Next();
        if (from is not { } known || !_lexer.Take(',') || !_lexer.TakeNumber(out ulong offset) || !_lexer.Take(',') || !_lexer.TakeNumber(out ulong length)
            || offset > 0xffff || length is 0 or > 128)
        {
            return null;
        }

        return new TypedExpression(new RawPayloadExpression(known, (int)offset, (int)length), new ValueShape(DataType.Integer, (int)length));
    }

    private TypedExpression? Conntrack(int start, int line, int column)
    {
        if (!_lexer.Is("original") && !_lexer.Is("reply"))
        {
            return _lexer.TakeName() is { } plain ? Field($"ct {plain}") : null;
        }

        bool original = _lexer.Is("original");
        _lexer.Next();
        switch (_lexer.TakeName())
        {
            case "ip":
                return Address(original, _lexer.TakeName(), v6: false);
            case "ip6":
                return Address(original, _lexer.TakeName(), v6: true);
            case "saddr" when context.Family is Family.Ip or Family.Ip6:
                return Address(original, "saddr", context.Family == Family.Ip6);
            case "daddr" when context.Family is Family.Ip or Family.Ip6:
                return Address(original, "daddr", context.Family == Family.Ip6);
            case "proto-src":
                return Tuple(original, PacketField.ThSport, DataType.InetService);
            case "proto-dst":
                return Tuple(original, PacketField.ThDport, DataType.InetService);
            case "protocol":
                return Tuple(original, PacketField.MetaL4Proto, DataType.InetProtocol);
            case "l3proto":
                return Tuple(original, PacketField.MetaProtocol, DataType.EtherType);
            case "packets" or "bytes" or "avgpkt":
                return Opaque(start, line, column, new ValueShape(DataType.Integer, 64));
            case "zone":
                return Opaque(start, line, column, new ValueShape(DataType.Integer, 16));
            default:
                return null;
        }
    }

    private static TypedExpression? Address(bool original, string? which, bool v6) => which switch
    {
        "saddr" => Tuple(original, v6 ? PacketField.Ip6Saddr : PacketField.IpSaddr, v6 ? DataType.Ipv6Address : DataType.Ipv4Address),
        "daddr" => Tuple(original, v6 ? PacketField.Ip6Daddr : PacketField.IpDaddr, v6 ? DataType.Ipv6Address : DataType.Ipv4Address),
        _ => null,
    };

    private static TypedExpression Tuple(bool original, PacketField field, DataType type) =>
        new(new CtTupleExpression(original, field), ValueShape.Of(type));

    private TypedExpression Opaque(int start, int line, int column, ValueShape shape)
    {
        string text = _lexer.Slice(start, _lexer.PreviousEnd);
        context.Notes.Add("an expression whose value is not followed", text, line, column);
        return new TypedExpression(new OpaqueExpression(text), shape);
    }

    private TypedExpression? Fib()
    {
        FibKey key = FibKey.None;
        do
        {
            FibKey next = _lexer.TakeName() switch
            {
                "saddr" => FibKey.Saddr,
                "daddr" => FibKey.Daddr,
                "mark" => FibKey.Mark,
                "iif" => FibKey.Iif,
                "oif" => FibKey.Oif,
                _ => FibKey.None,
            };
            if (next == FibKey.None)
            {
                return null;
            }

            key |= next;
        }
        while (_lexer.Take("."));

        string? result = _lexer.TakeName();
        if (result == "check" || (result is "oif" or "oifname" && (_lexer.Is("exists") || _lexer.Is("missing"))))
        {
            return new TypedExpression(new FibExpression(key, FibResult.Exists), ValueShape.Of(DataType.Boolean));
        }

        return result switch
        {
            "type" => new TypedExpression(new FibExpression(key, FibResult.Type), ValueShape.Of(DataType.FibAddressType)),
            "oif" => new TypedExpression(new FibExpression(key, FibResult.Oif), ValueShape.Of(DataType.InterfaceIndex)),
            "oifname" => new TypedExpression(new FibExpression(key, FibResult.OifName), ValueShape.Of(DataType.InterfaceName)),
            _ => null,
        };
    }

    private TypedExpression? Numgen()
    {
        bool random = _lexer.Is("random");
        if ((!random && !_lexer.Is("inc")) || !Modulus(out uint modulus, out uint offset, next: true))
        {
            return null;
        }

        return new TypedExpression(new NumgenExpression(random, modulus, offset), new ValueShape(DataType.Integer, 32));
    }

    private TypedExpression? Hash(int start, bool hasKey)
    {
        if ((hasKey && context.Expressions.Fields() is null) || !Modulus(out uint modulus, out uint offset, next: false))
        {
            return null;
        }

        return new TypedExpression(new HashExpression(_lexer.Slice(start, _lexer.PreviousEnd), modulus, offset), new ValueShape(DataType.Integer, 32));
    }

    private bool Modulus(out uint modulus, out uint offset, bool next)
    {
        if (next)
        {
            _lexer.Next();
        }

        modulus = 0;
        offset = 0;
        if (!_lexer.Take("mod") || !_lexer.TakeNumber(out ulong number) || number > uint.MaxValue)
        {
            return false;
        }

        modulus = (uint)number;
        if (_lexer.Take("seed") && !_lexer.TakeNumber(out _))
        {
            return false;
        }

        if (_lexer.Take("offset"))
        {
            if (!_lexer.TakeNumber(out number) || number > uint.MaxValue)
            {
                return false;
            }

            offset = (uint)number;
        }

        return true;
    }

    private TypedExpression? Socket()
    {
        if (_lexer.TakeName() is not { } key || Field($"socket {key}") is not { } field)
        {
            return null;
        }

        if (_lexer.Take("level"))
        {
            if (!_lexer.TakeNumber(out ulong level))
            {
                return null;
            }

            // Groups of different levels are different values.
            return new TypedExpression(
                new OpaqueExpression(string.Create(CultureInfo.InvariantCulture, $"socket cgroupv2 level {level}")), field.Shapes);
        }

        return field;
    }

    private TypedExpression? Route()
    {
        switch (_lexer.TakeName())
        {
            case "ip" when _lexer.Take("nexthop"):
                return Field("rt ip nexthop");
            case "ip6" when _lexer.Take("nexthop"):
                return Field("rt ip6 nexthop");
            case "nexthop":
                return Field(context.Family == Family.Ip6 ? "rt ip6 nexthop" : "rt ip nexthop");
            case { } key:
                return Field($"rt {key}") ?? Header("rt", "rt", key);
            default:
                return null;
        }
    }

    private TypedExpression? Fingerprint(int start)
    {
        if (_lexer.Take("ttl"))
        {
            _lexer.Next();
        }

        return _lexer.Take("name") || _lexer.Take("version")
            ? new TypedExpression(new HeaderExpression(_lexer.Slice(start, _lexer.PreviousEnd), false, 128), ValueShape.Of(DataType.Text))
            : null;
    }

    private TypedExpression? Ipsec(int start, int line, int column)
    {
        if (!_lexer.Take("in") && !_lexer.Take("out"))
        {
            return null;
        }

        if (_lexer.Take("spnum") && !_lexer.TakeNumber(out _))
        {
            return null;
        }

        ValueShape? shape = _lexer.TakeName() switch
        {
            "reqid" or "spi" => new ValueShape(DataType.Integer, 32),
            "ip" when _lexer.Take("saddr") || _lexer.Take("daddr") => ValueShape.Of(DataType.Ipv4Address),
            "ip6" when _lexer.Take("saddr") || _lexer.Take("daddr") => ValueShape.Of(DataType.Ipv6Address),
            _ => null,
        };
        return shape is { } known ? Opaque(start, line, column, known) : null;
    }

    private TypedExpression? ExtensionHeader(string header)
    {
        string? field = _lexer.TakeName();
        if (header == "srh" && field is not null && field.StartsWith("sid[", StringComparison.Ordinal))
        {
            return new TypedExpression(new HeaderExpression($"srh {field}", false, 128), ValueShape.Of(DataType.Ipv6Address));
        }

        return field is null ? null : Header(header, header, field);
    }

    private static TypedExpression? Header(string name, string table, string field) => HeaderTable.TryGet(table, field, out int width, out DataType type)
        ? new TypedExpression(new HeaderExpression($"{name} {field}", false, width), new ValueShape(type, width))
        : null;

    private TypedExpression? Option(string protocol, string kind)
    {
        _lexer.Next();
        if (_lexer.Kind != TokenKind.Word)
        {
            return null;
        }

        string name = $"{protocol} {kind} {_lexer.Text}";
        bool raw = _lexer.Text[0] == '@';
        _lexer.Next();
        if (raw)
        {
            if (!_lexer.Take(',') || !_lexer.TakeNumber(out ulong offset) || !_lexer.Take(',') || !_lexer.TakeNumber(out ulong length) || length is 0 or > 128)
            {
                return null;
            }

            return new TypedExpression(
                new HeaderExpression(string.Create(CultureInfo.InvariantCulture, $"{name},{offset},{length}"), false, (int)length),
                new ValueShape(DataType.Integer, (int)length));
        }

        if (_lexer.Kind == TokenKind.Word && HeaderTable.TryGet(protocol, _lexer.Text.ToString(), out _, out _))
        {
            return Header(name, protocol, _lexer.TakeName()!);
        }

        return new TypedExpression(new HeaderExpression(name, true, 1), ValueShape.Of(DataType.Boolean));
    }
}
