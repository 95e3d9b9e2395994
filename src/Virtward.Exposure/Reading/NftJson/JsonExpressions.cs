using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>Expressions in JSON (libnftables-json(5)). Null for what is not understood.</summary>
internal sealed class JsonExpressions(JsonContext context)
{
    private const string InvalidType = " [invalid type]";

    /// <summary>A field or what is made of fields.</summary>
    /// <param name="element">The JSON.</param>
    /// <param name="data">How the values of a map are written; empty: as they look.</param>
    public TypedExpression? Parse(JsonElement element, ImmutableArray<ValueShape> data)
    {
        if (!element.TryOnly(out string? kind, out JsonElement value))
        {
            return null;
        }

        switch (kind)
        {
            case "meta":
                return Field($"meta {value.Text("key")}");
            case "payload":
                return Payload(value);
            case "ct":
                return Conntrack(value);
            case "fib":
                return Fib(value, exists: false);
            case "rt":
                return Field($"rt {RouteFamily(value)}{value.Text("key")}");
            case "socket":
                return value.Get("level") is { } level
                    ? new TypedExpression(new OpaqueExpression($"socket cgroupv2 level {level.GetRawText()}"), ValueShape.Of(DataType.ControlGroup))
                    : Field($"socket {value.Text("key")}");
            case "osf":
                return value.Text("key") is { } osf
                    ? new TypedExpression(
                        new HeaderExpression(value.Text("ttl") is { } ttl ? $"osf ttl {ttl} {osf}" : $"osf {osf}", false, 128), ValueShape.Of(DataType.Text))
                    : null;
            case "ipsec":
                return Ipsec(value);
            case "numgen":
                return new TypedExpression(
                    new NumgenExpression(value.Text("mode") == "random", Small(value, "mod"), Small(value, "offset")), new ValueShape(DataType.Integer, 32));
            case "jhash" or "symhash":
                return new TypedExpression(
                    new HashExpression($"{kind} {value.GetRawText()}", Small(value, "mod"), Small(value, "offset")), new ValueShape(DataType.Integer, 32));
            case "exthdr" or "tcp option" or "ip option" or "sctp chunk" or "dccp option":
                return Header(kind, value);
            case "concat":
                return Concat(value);
            case "map":
                return Map(value, data);
            case "elem":
                return value.Get("val") is { } inner ? Parse(inner, data) : null;
            default:
                return Operator(kind) is { } op ? Binary(op, value, null) : null;
        }
    }

    /// <summary>What a comparison's right side, or a new value, can be.</summary>
    public Expression? Right(JsonElement element, ImmutableArray<ValueShape> shapes)
    {
        if (element.AsText() is ['@', _, ..] name)
        {
            return new SetReferenceExpression(name[1..]);
        }

        if (element.TryOnly(out string? kind, out JsonElement value))
        {
            if (kind == "set")
            {
                return context.Elements.Anonymous(value, shapes, isMap: false, []);
            }

            if (kind == "concat" && shapes.Length > 1)
            {
                return ConcatRight(value, shapes);
            }
        }

        return shapes.Length == 1 ? Operand(element, shapes[0]) : null;
    }

    /// <summary>A constant or an expression in the place of one.</summary>
    public Expression? Operand(JsonElement element, ValueShape shape)
    {
        if (TryRange(element, shape, out ValueRange range))
        {
            return range.IsSingle ? new NumberExpression(range.First) : new RangeExpression(range);
        }

        if (element.TryOnly(out string? kind, out JsonElement value))
        {
            if (Operator(kind) is { } op)
            {
                return Binary(op, value, shape)?.Value;
            }

            if (kind == "range" && shape.Type == DataType.Hour && value.TryPair(out JsonElement evening, out JsonElement morning)
                && TryRange(evening, shape, out ValueRange first) && TryRange(morning, shape, out ValueRange last))
            {
                return ExpressionParser.Hours(first.First, last.Last);
            }
        }

        if (element.ValueKind == JsonValueKind.String && shape.Type is DataType.Mark or DataType.Realm or DataType.Uid or DataType.Gid or DataType.CtLabel
            or DataType.InterfaceGroup or DataType.InetService or DataType.ControlGroup)
        {
            if (shape.Type != DataType.ControlGroup)
            {
                context.Note("a name that only the host's own files explain", element);
            }

            return new OpaqueExpression(element.GetRawText());
        }

        return Parse(element, [shape])?.Value;
    }

    /// <summary>A constant as an interval.</summary>
    public static bool TryRange(JsonElement element, ValueShape shape, out ValueRange range)
    {
        range = default;
        switch (element.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                range = ValueRange.Single(element.ValueKind == JsonValueKind.True ? 1 : UInt128.Zero);
                return true;
            case JsonValueKind.Number:
                string digits = element.GetRawText();
                if (!(shape.Type == DataType.CtLabel && !shape.Guess
                    ? ValueText.TrySingle(shape.Type, digits, out UInt128 number)
                    : ValueText.TryNumber(digits, out number)))
                {
                    return false;
                }

                range = ValueRange.Single(number);
                return true;
            case JsonValueKind.String:
                return element.AsText() is { } text && TryText(text.EndsWith(InvalidType, StringComparison.Ordinal) ? text[..^InvalidType.Length] : text, shape, out range);
            case JsonValueKind.Array:
                return TryFlags(element, shape, out range);
            default:
                return TryObject(element, shape, out range);
        }
    }

    private static bool TryText(string text, ValueShape shape, out ValueRange range)
    {
        if (!shape.Guess)
        {
            return ValueText.TryParse(shape.Type, shape.Width, text, out range);
        }

        return ValueText.TryParse(DataType.Integer, 0, text, out range)
            || ValueText.TryParse(DataType.Ipv4Address, 0, text, out range)
            || (text.Contains(':', StringComparison.Ordinal)
                ? ValueText.TryParse(DataType.Ipv6Address, 0, text, out range) || ValueText.TryParse(DataType.EtherAddress, 0, text, out range)
                    || ValueText.TryParse(DataType.ClassId, 0, text, out range)
                : ValueText.TryParse(DataType.InterfaceName, 0, text, out range));
    }

    private static bool TryFlags(JsonElement items, ValueShape shape, out ValueRange range)
    {
        range = default;
        UInt128 flags = 0;
        foreach (JsonElement item in items.EnumerateArray())
        {
            if (!TryRange(item, shape, out ValueRange bit) || !bit.IsSingle)
            {
                return false;
            }

            flags |= bit.First;
        }

        range = ValueRange.Single(flags);
        return items.GetArrayLength() > 0;
    }

    private static bool TryObject(JsonElement element, ValueShape shape, out ValueRange range)
    {
        range = default;
        if (!element.TryOnly(out string? kind, out JsonElement value))
        {
            return false;
        }

        switch (kind)
        {
            case "prefix":
                int width = shape.Guess
                    ? value.Text("addr")?.Contains(':', StringComparison.Ordinal) == true ? 128 : 32
                    : SymbolTable.WidthOf(shape.Type) is > 0 and int own ? own : shape.Width;
                long length = value.Number("len", -1);
                if (length < 0 || length > width || value.Get("addr") is not { } address || !TryRange(address, shape, out ValueRange first))
                {
                    return false;
                }

                range = ValueText.Prefix(first.First, (int)length, width);
                return true;
            case "range":
                if (!value.TryPair(out JsonElement low, out JsonElement high) || !TryRange(low, shape, out ValueRange from) || !TryRange(high, shape, out ValueRange to)
                    || from.First > to.Last)
                {
                    return false;
                }

                range = new ValueRange(from.First, to.Last);
                return true;
            case "|" when value.ValueKind == JsonValueKind.Array:
                return TryFlags(value, shape, out range);
            default:
                return false;
        }
    }

    private static uint Small(JsonElement element, string name) => (uint)Math.Clamp(element.Number(name), 0, uint.MaxValue);

    private static TypedExpression? Field(string keyword) => FieldTable.TryFind(keyword, out FieldSymbol? symbol)
        ? new TypedExpression(
            symbol.Field is { } field ? new FieldExpression(field) : new HeaderExpression(symbol.Keyword, false, symbol.Width),
            new ValueShape(symbol.Type, symbol.Width))
        : null;

    private string RouteFamily(JsonElement value)
    {
        if (value.Text("key") != "nexthop")
        {
            return "";
        }

        return value.Text("family") is { } family ? $"{family} " : context.Family == Family.Ip6 ? "ip6 " : "ip ";
    }

    private static TypedExpression? Payload(JsonElement value)
    {
        if (value.Get("tunnel") is not null)
        {
            return null;
        }

        if (value.Text("protocol") is { } protocol)
        {
            return Field($"{protocol} {value.Text("field")}");
        }

        PayloadBase? from = value.Text("base") switch
        {
            "ll" => PayloadBase.Link,
            "nh" => PayloadBase.Network,
            "th" => PayloadBase.Transport,
            "ih" => PayloadBase.Inner,
            _ => null,
        };
        (long offset, long length) = (value.Number("offset", -1), value.Number("len"));
        return from is { } known && offset is >= 0 and <= 0xffff && length is > 0 and <= 128
            ? new TypedExpression(new RawPayloadExpression(known, (int)offset, (int)length), new ValueShape(DataType.Integer, (int)length))
            : null;
    }

    private TypedExpression? Conntrack(JsonElement value)
    {
        string? key = value.Text("key");
        if (value.Text("dir") is not { } direction)
        {
            return Field($"ct {key}");
        }

        // The text's parser knows every form of a tuple's field.
        var text = new ParseContext($"ct {direction} {key}") { Family = context.Family };
        TypedExpression? parsed = text.Expressions.Fields();
        if (parsed?.Value is OpaqueExpression opaque)
        {
            context.Notes.Add($"an expression whose value is not followed in {context.Where}", opaque.Text, 0, 0);
        }

        return parsed;
    }

    private static TypedExpression? Fib(JsonElement value, bool exists)
    {
        FibKey key = FibKey.None;
        foreach (JsonElement flag in value.Get("flags")?.Items() ?? [])
        {
            FibKey next = flag.AsText() switch
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

        return value.Text("result") switch
        {
            "check" => new TypedExpression(new FibExpression(key, FibResult.Exists), ValueShape.Of(DataType.Boolean)),
            "oif" or "oifname" when exists => new TypedExpression(new FibExpression(key, FibResult.Exists), ValueShape.Of(DataType.Boolean)),
            "type" => new TypedExpression(new FibExpression(key, FibResult.Type), ValueShape.Of(DataType.FibAddressType)),
            "oif" => new TypedExpression(new FibExpression(key, FibResult.Oif), ValueShape.Of(DataType.InterfaceIndex)),
            "oifname" => new TypedExpression(new FibExpression(key, FibResult.OifName), ValueShape.Of(DataType.InterfaceName)),
            _ => null,
        };
    }

    /// <summary>A comparison's left side: a route's interface that is compared with true or false asks whether there is one.</summary>
    public TypedExpression? Left(JsonElement element, JsonElement right) =>
        right.ValueKind is JsonValueKind.True or JsonValueKind.False && element.Get("fib") is { } fib ? Fib(fib, exists: true) : Parse(element, []);

    private TypedExpression? Ipsec(JsonElement value)
    {
        string? key = value.Text("key");
        ValueShape? shape = (key, value.Text("family")) switch
        {
            ("reqid" or "spi", _) => new ValueShape(DataType.Integer, 32),
            ("saddr" or "daddr", "ip") => ValueShape.Of(DataType.Ipv4Address),
            ("saddr" or "daddr", "ip6") => ValueShape.Of(DataType.Ipv6Address),
            _ => null,
        };
        if (shape is not { } known)
        {
            return null;
        }

        long number = value.Number("spnum");
        string place = number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"spnum {number} ");
        string family = value.Text("family") is { } word ? $"{word} " : "";
        string text = $"ipsec {value.Text("dir")} {place}{family}{key}";
        context.Notes.Add($"an expression whose value is not followed in {context.Where}", text, 0, 0);
        return new TypedExpression(new OpaqueExpression(text), known);
    }

    private static TypedExpression? Header(string kind, JsonElement value)
    {
        string protocol = kind.Split(' ')[0];
        if (value.Get("base") is { } raw)
        {
            long bits = value.Number("len");
            return bits is > 0 and <= 128
                ? new TypedExpression(
                    new HeaderExpression($"{kind} @{raw.GetRawText()},{value.Number("offset")},{bits}", false, (int)bits), new ValueShape(DataType.Integer, (int)bits))
                : null;
        }

        string? name = value.Text("name") ?? value.Get("name")?.GetRawText() ?? value.Get("type")?.GetRawText();
        string? field = value.Text("field");
        if (name is null)
        {
            return null;
        }

        if (field is null)
        {
            return new TypedExpression(new HeaderExpression($"{kind} {name}", true, 1), ValueShape.Of(DataType.Boolean));
        }

        if (kind == "exthdr" && field.StartsWith("sid[", StringComparison.Ordinal))
        {
            return new TypedExpression(new HeaderExpression($"{name} {field}", false, 128), ValueShape.Of(DataType.Ipv6Address));
        }

        return HeaderTable.TryGet(kind == "exthdr" ? name : protocol, field, out int width, out DataType type)
            ? new TypedExpression(new HeaderExpression(kind == "exthdr" ? $"{name} {field}" : $"{kind} {name} {field}", false, width), new ValueShape(type, width))
            : null;
    }

    private TypedExpression? Concat(JsonElement value)
    {
        ImmutableArray<TypedExpression> parts = JsonContext.All(value.Items(), e => Parse(e, []));
        return parts.IsEmpty ? null : new TypedExpression(new ConcatExpression([.. parts.Select(p => p.Value)]), [.. parts.SelectMany(p => p.Shapes)]);
    }

    private ConcatExpression? ConcatRight(JsonElement value, ImmutableArray<ValueShape> shapes)
    {
        int at = 0;
        ImmutableArray<Expression> parts = JsonContext.All(value.Items(), e => at < shapes.Length ? Operand(e, shapes[at++]) : null);
        return parts.Length == shapes.Length ? new ConcatExpression(parts) : null;
    }

    private TypedExpression? Map(JsonElement value, ImmutableArray<ValueShape> data)
    {
        if (value.Get("key") is not { } key || Parse(key, []) is not { } parsed || value.Get("data") is not { } map)
        {
            return null;
        }

        ImmutableArray<ValueShape> shapes = data.IsEmpty ? [ValueShape.Unknown] : data;
        Expression? table = map.AsText() is ['@', _, ..] name
            ? new SetReferenceExpression(name[1..])
            : map.Get("set") is { } elements ? context.Elements.Anonymous(elements, parsed.Shapes, isMap: true, shapes) : null;
        return table is null ? null : new TypedExpression(new MapExpression(parsed.Value, table), shapes);
    }

    private static BinaryOperator? Operator(string kind) => kind switch
    {
        "&" => BinaryOperator.And,
        "|" => BinaryOperator.Or,
        "^" => BinaryOperator.Xor,
        "<<" => BinaryOperator.ShiftLeft,
        ">>" => BinaryOperator.ShiftRight,
        _ => null,
    };

    private TypedExpression? Binary(BinaryOperator op, JsonElement operands, ValueShape? expected)
    {
        TypedExpression? left = null;
        foreach (JsonElement operand in operands.Items())
        {
            if (left is null)
            {
                left = Parse(operand, []);
                if (left is null && expected is { } constant && Operand(operand, constant) is { } number)
                {
                    left = new TypedExpression(number, constant);
                }

                if (left is null)
                {
                    return null;
                }

                continue;
            }

            ValueShape shape = op is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight ? new ValueShape(DataType.Integer, 32) : left.Shapes[0];
            if (Operand(operand, shape) is not { } right)
            {
                return null;
            }

            left = new TypedExpression(ExpressionParser.Combine(op, left.Value, right), left.Shapes);
        }

        return left;
    }
}
