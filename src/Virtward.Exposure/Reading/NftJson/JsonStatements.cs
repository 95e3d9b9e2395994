using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>Statements in JSON (libnftables-json(5)). Null for what is not understood.</summary>
internal sealed class JsonStatements(JsonContext context)
{
    /// <summary>One item of a rule's <c>expr</c>.</summary>
    public Statement? Parse(JsonElement element)
    {
        // What nft has no JSON for, it prints as text in a string.
        if (element.AsText() is { } text)
        {
            return FromText(text);
        }

        if (!element.TryOnly(out string? kind, out JsonElement value))
        {
            return null;
        }

        switch (kind)
        {
            case "accept" or "drop" or "continue" or "return" or "jump" or "goto" or "queue":
                return Verdict(element);
            case "match":
                return Match(value);
            case "vmap":
                return VerdictMap(value);
            case "mangle":
                return Mangle(element, value);
            case "counter" or "limit" or "quota" or "ct count" or "last":
                return Stateful(kind, value);
            case "log" or "flow" or "ct helper" or "ct timeout" or "ct expectation" or "reset" or "secmark" or "comment":
                return new PassStatement(element.GetRawText());
            case "notrack":
                return new NotrackStatement();
            case "snat":
                return Nat(NatKind.Source, value);
            case "dnat":
                return Nat(NatKind.Destination, value);
            case "masquerade":
                return Nat(NatKind.Masquerade, value);
            case "redirect":
                return Nat(NatKind.Redirect, value);
            case "tproxy":
                return Address(value, out Expression? address) && Port(value, out Expression? port)
                    ? new TproxyStatement(FamilyOf(value), address, port)
                    : null;
            case "reject":
                return Reject(value);
            case "synproxy":
                return new SynproxyStatement(element.GetRawText());
            case "dup":
                return new DuplicateStatement(element.GetRawText());
            case "fwd":
                return value.Get("dev") is { } device && Either(device, ValueShape.Of(DataType.InterfaceIndex)) is { } index
                    ? new ForwardStatement(index, element.GetRawText())
                    : null;
            case "set" or "map":
                return SetUpdate(kind, value);
            case "meter":
                return Meter(value);
            case "xt":
                return Xtables(element, value);
            default:
                return null;
        }
    }

    /// <summary>A verdict, such as <c>{"jump": {"target": "c"}}</c>.</summary>
    public VerdictStatement? Verdict(JsonElement element)
    {
        if (element.AsText() is { } text)
        {
            return FromText(text) as VerdictStatement;
        }

        if (!element.TryOnly(out string? kind, out JsonElement value))
        {
            return null;
        }

        switch (kind)
        {
            case "accept":
                return new VerdictStatement(new Verdict(VerdictKind.Accept));
            case "drop":
                return new VerdictStatement(new Verdict(VerdictKind.Drop));
            case "continue":
                return new VerdictStatement(new Verdict(VerdictKind.Continue));
            case "return":
                return new VerdictStatement(new Verdict(VerdictKind.Return));
            case "jump" or "goto":
                return value.Text("target") is { } chain ? new VerdictStatement(new Verdict(kind == "jump" ? VerdictKind.Jump : VerdictKind.Goto, chain)) : null;
            case "queue":
                bool bypass = false;
                foreach (JsonElement flag in value.Get("flags")?.Items() ?? [])
                {
                    bypass |= flag.AsText() == "bypass";
                }

                return new VerdictStatement(new Verdict(VerdictKind.Queue), bypass);
            default:
                return null;
        }
    }

    /// <summary>A statement that elements can carry too.</summary>
    public Statement? Stateful(string kind, JsonElement value)
    {
        if (kind is "counter" or "last")
        {
            return new PassStatement($"{kind} {value.GetRawText()}");
        }

        if (value.AsText() is { } name)
        {
            return new ObjectStatement(name);
        }

        if (value.Get("map") is not null)
        {
            return context.Expressions.Parse(value, [ValueShape.Of(DataType.Object)])?.Value is MapExpression map ? new ObjectStatement(null, map.Key, map.Map) : null;
        }

        return kind switch
        {
            "limit" => Limit(value),
            "quota" => Quota(value),
            "ct count" => value.Number("val", -1) is >= 0 and <= uint.MaxValue and var count ? new ConnectionCountStatement(Inverted(value), (uint)count) : null,
            _ => null,
        };
    }

    /// <summary>A rate, in a rule or as a table's object.</summary>
    public static LimitStatement? Limit(JsonElement value)
    {
        string? per = value.Text("per");
        long seconds = per switch
        {
            "second" => 1,
            "minute" => 60,
            "hour" => 3600,
            "day" => 86_400,
            "week" => 604_800,
            _ => 0,
        };
        long rate = value.Number("rate", -1);
        string unit = value.Text("rate_unit") ?? "packets";
        string burstUnit = value.Text("burst_unit") ?? "packets";
        if (seconds == 0 || rate < 0 || Unit(unit) == 0 || Unit(burstUnit) == 0)
        {
            return null;
        }

        bool bytes = unit != "packets";
        long burst = Math.Max(0, value.Number("burst", bytes ? 0 : 5));
        string text = FormattableString.Invariant($"{rate}{(bytes ? $" {unit}" : "")}/{per} burst {burst} {burstUnit}");
        return new LimitStatement(
            Inverted(value), unchecked((ulong)rate * Unit(unit)), seconds, unchecked((ulong)burst * Unit(burstUnit)), bytes, text);
    }

    /// <summary>A quota: in a rule <c>val</c> and its unit, as a table's object <c>bytes</c>.</summary>
    public static QuotaStatement? Quota(JsonElement value)
    {
        long bytes = value.Number("val", value.Number("bytes", -1));
        ulong unit = Unit(value.Text("val_unit") ?? "bytes");
        ulong usedUnit = Unit(value.Text("used_unit") ?? "bytes");
        return bytes >= 0 && unit != 0 && usedUnit != 0
            ? new QuotaStatement(Inverted(value), unchecked((ulong)bytes * unit), unchecked((ulong)Math.Max(0, value.Number("used")) * usedUnit))
            : null;
    }

    private static ulong Unit(string unit) => unit switch
    {
        "packets" or "bytes" => 1,
        "kbytes" => 1024,
        "mbytes" => 1024 * 1024,
        "gbytes" => 1024 * 1024 * 1024,
        _ => 0,
    };

    private static bool Inverted(JsonElement value) => value.Get("inv") is { ValueKind: JsonValueKind.True };

    private static RejectStatement? Reject(JsonElement value)
    {
        if (value.Text("type") is not { } type)
        {
            return value.ValueKind == JsonValueKind.Null ? new RejectStatement("") : null;
        }

        // The text leaves the default out.
        string how = type == "tcp reset" ? type : $"{type} {value.Text("expr")}".TrimEnd();
        return new RejectStatement(how == "icmpx port-unreachable" ? "" : how);
    }

    private Statement? FromText(string text)
    {
        var parser = new ParseContext(text) { Family = context.Family };
        Rule rule = parser.Rules.Parse();
        if (rule.Statements is not [var statement] || parser.Lexer.Kind != TokenKind.End || parser.Notes.ToImmutable().Length > 0)
        {
            return null;
        }

        if (statement is SetUpdateStatement update)
        {
            context.Updated.Add(update.Set);
        }

        context.InnerChains.AddRange(parser.InnerChains);
        return statement;
    }

    private MatchStatement? Match(JsonElement value)
    {
        if (value.Get("left") is not { } left || value.Get("right") is not { } right || context.Expressions.Left(left, right) is not { } looked
            || context.Expressions.Right(right, looked.Shapes) is not { } wanted)
        {
            return null;
        }

        MatchOperator? op = value.Text("op") switch
        {
            "==" => MatchOperator.Equal,
            "!=" => MatchOperator.NotEqual,
            "<" => MatchOperator.Less,
            "<=" => MatchOperator.LessOrEqual,
            ">" => MatchOperator.Greater,
            ">=" => MatchOperator.GreaterOrEqual,
            "in" => MatchOperator.AnyBit,
            "!" => MatchOperator.NoBit,
            _ => null,
        };

        // "in" is the test for any bit; with a set it is plain membership.
        op = op == MatchOperator.AnyBit && wanted is not (NumberExpression or OpaqueExpression) ? MatchOperator.Equal : op;
        return op is { } known ? new MatchStatement(looked.Value, known, wanted) : null;
    }

    private VerdictMapStatement? VerdictMap(JsonElement value)
    {
        if (value.Get("key") is not { } key || value.Get("data") is not { } data || context.Expressions.Parse(key, []) is not { } parsed)
        {
            return null;
        }

        Expression? map = data.AsText() is ['@', _, ..] name
            ? new SetReferenceExpression(name[1..])
            : data.Get("set") is { } elements ? context.Elements.Anonymous(elements, parsed.Shapes, isMap: true, [ValueShape.Of(DataType.Verdict)]) : null;
        return map is null ? null : new VerdictMapStatement(parsed.Value, map);
    }

    private Statement? Mangle(JsonElement element, JsonElement value)
    {
        if (value.Get("key") is not { } key || value.Get("value") is not { } wanted || context.Expressions.Parse(key, []) is not { Shapes: [var shape] } target)
        {
            return null;
        }

        if (target.Value is FieldExpression { Field: PacketField.MetaNfTrace or PacketField.MetaSecMark or PacketField.CtSecMark })
        {
            return new PassStatement(element.GetRawText());
        }

        return context.Expressions.Operand(wanted, shape) is { } now ? new AssignStatement(target.Value, now) : null;
    }

    private static Family? FamilyOf(JsonElement value) => value.Text("family") switch
    {
        "ip" => Family.Ip,
        "ip6" => Family.Ip6,
        _ => null,
    };

    private NatStatement? Nat(NatKind kind, JsonElement value)
    {
        if (!Address(value, out Expression? address) || !Port(value, out Expression? port)
            || ((address ?? port) is null && kind is NatKind.Destination or NatKind.Source))
        {
            return null;
        }

        List<string> flags = [];
        bool prefix = false;
        foreach (string name in (ReadOnlySpan<string>)["flags", "type_flags"])
        {
            foreach (JsonElement item in value.Get(name)?.Items() ?? [])
            {
                string flag = item.AsText() ?? "";
                prefix |= flag is "netmap" or "prefix";
                if (flag is "random" or "fully-random" or "persistent")
                {
                    flags.Add(flag);
                }
            }
        }

        return new NatStatement(kind, FamilyOf(value), address, port, prefix, string.Join(',', flags));
    }

    private bool Address(JsonElement value, out Expression? address)
    {
        address = value.Get("addr") is { } given ? Either(given, ValueShape.Unknown) : null;
        return address is not null || value.Get("addr") is null;
    }

    private bool Port(JsonElement value, out Expression? port)
    {
        port = value.Get("port") is { } given ? Either(given, ValueShape.Of(DataType.InetService)) : null;
        return port is not null || value.Get("port") is null;
    }

    private Expression? Either(JsonElement element, ValueShape shape) => context.Expressions.Operand(element, shape);

    private SetUpdateStatement? SetUpdate(string kind, JsonElement value)
    {
        SetUpdateKind? how = value.Text("op") switch
        {
            "add" => SetUpdateKind.Add,
            "update" => SetUpdateKind.Update,
            "delete" => SetUpdateKind.Delete,
            _ => null,
        };
        if (how is not { } known || value.Text(kind) is not ['@', _, ..] and not null || value.Text(kind) is not { } set || value.Get("elem") is not { } element)
        {
            return null;
        }

        Expression? data = null;
        if (value.Get("data") is { } given && (data = Either(given, ValueShape.Unknown)) is null)
        {
            return null;
        }

        return Update(known, set[1..], element, data, value.Get("stmt"));
    }

    private SetUpdateStatement? Meter(JsonElement value) => value.Text("name") is { } name && value.Get("key") is { } key
        ? Update(SetUpdateKind.Add, name, key, null, value.Get("stmt"))
        : null;

    private SetUpdateStatement? Update(SetUpdateKind kind, string set, JsonElement element, Expression? data, JsonElement? carried)
    {
        if (context.Expressions.Parse(element, []) is not { } key)
        {
            return null;
        }

        long timeout = element.Get("elem")?.Number("timeout") ?? 0;
        ImmutableArray<Statement>.Builder statements = ImmutableArray.CreateBuilder<Statement>();
        foreach (JsonElement item in carried?.Items() ?? [])
        {
            if (Parse(item) is not { } statement)
            {
                return null;
            }

            statements.Add(statement);
        }

        if (element.Get("elem") is { } carrying)
        {
            foreach (JsonProperty property in carrying.EnumerateObject())
            {
                if (property.Name is "counter" or "limit" or "quota" or "ct count" && Stateful(property.Name, property.Value) is { } statement)
                {
                    statements.Add(statement);
                }
            }
        }

        context.Updated.Add(set);
        return new SetUpdateStatement(kind, set, key.Value, data, statements.ToImmutable(), Math.Max(0, timeout));
    }

    private Statement Xtables(JsonElement element, JsonElement value)
    {
        context.HasXtables = true;
        if (value.Text("name") is "comment" or "CHECKSUM" or "LOG" or "NFLOG" or "TRACE" or "AUDIT" or "TCPMSS" or "IDLETIMER" or "LED" or "RATEEST")
        {
            return new PassStatement(element.GetRawText());
        }

        context.Note("nft's JSON has no arguments of this, iptables-save does", element);
        return new OpaqueStatement(element.GetRawText(), MayDecide: value.Text("type") != "match");
    }
}
