using System.Collections.Immutable;
using System.Globalization;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>The statements of a rule, one at a time. Null for what is not understood.</summary>
internal sealed class StatementParser(ParseContext context)
{
    private readonly NftLexer _lexer = context.Lexer;

    /// <summary>The statement that begins here.</summary>
    public Statement? Parse()
    {
        if (_lexer.Kind != TokenKind.Word)
        {
            return _lexer.IsSymbol('(') ? context.Relations.Parse() : _lexer.IsSymbol('#') ? Untranslated() : null;
        }

        int start = _lexer.Start;
        switch (_lexer.Text)
        {
            case "accept" or "drop" or "continue" or "return" or "jump" or "goto" or "queue":
                return Verdict();
            case "counter" or "limit" or "quota" or "last":
                return Stateful();
            case "ct":
                return Conntrack(start);
            case "reject":
                return Reject();
            case "snat":
                _lexer.Next();
                return context.Translations.Nat(NatKind.Source);
            case "dnat":
                _lexer.Next();
                return context.Translations.Nat(NatKind.Destination);
            case "masquerade":
                _lexer.Next();
                return context.Translations.Nat(NatKind.Masquerade);
            case "redirect":
                _lexer.Next();
                return context.Translations.Nat(NatKind.Redirect);
            case "tproxy":
                _lexer.Next();
                return context.Translations.Tproxy();
            case "notrack":
                _lexer.Next();
                return new NotrackStatement();
            case "log":
                return Log(start);
            case "comment":
                _lexer.Next();
                return _lexer.Kind == TokenKind.Quoted && _lexer.TakeName() is not null ? Pass(start) : null;
            case "flow":
                _lexer.Next();
                return (_lexer.Take("add") || _lexer.Take("offload")) && context.Expressions.SetName() is not null ? Pass(start) : null;
            case "reset":
                _lexer.Next();
                return context.Expressions.Fields()?.Value is HeaderExpression ? Pass(start) : null;
            case "synproxy":
                return Synproxy(start);
            case "dup":
                _lexer.Next();
                return Elsewhere(out _) ? new DuplicateStatement(_lexer.Slice(start, _lexer.PreviousEnd)) : null;
            case "fwd":
                _lexer.Next();
                return Elsewhere(out Expression? device) ? new ForwardStatement(device!, _lexer.Slice(start, _lexer.PreviousEnd)) : null;
            case "add" or "update" or "delete":
                return SetUpdate();
            case "meter":
                return Meter();
            case "xt":
                _lexer.Next();
                return Xtables(start, _lexer.TakeName(), _lexer.TakeName());
            default:
                return context.Relations.Parse();
        }
    }

    /// <summary>A verdict: the last thing of a rule, or what a map yields.</summary>
    public VerdictStatement? Verdict()
    {
        string? word = _lexer.TakeName();
        VerdictKind kind;
        switch (word)
        {
            case "queue":
                return Queue();
            case "jump":
                kind = VerdictKind.Jump;
                break;
            case "goto":
                kind = VerdictKind.Goto;
                break;
            default:
                return word switch
                {
                    "accept" => new VerdictStatement(new Verdict(VerdictKind.Accept)),
                    "drop" => new VerdictStatement(new Verdict(VerdictKind.Drop)),
                    "continue" => new VerdictStatement(new Verdict(VerdictKind.Continue)),
                    "return" => new VerdictStatement(new Verdict(VerdictKind.Return)),
                    _ => null,
                };
        }

        string? chain = _lexer.IsSymbol('{') ? context.Rules.InnerChain() : _lexer.TakeName();
        return chain is null ? null : new VerdictStatement(new Verdict(kind, chain));
    }

    /// <summary>A statement that elements of sets can carry too: counter, limit, quota, ct count, last.</summary>
    public Statement? Stateful()
    {
        int start = _lexer.Start;
        switch (_lexer.TakeName())
        {
            case "counter":
                if (_lexer.Take("name"))
                {
                    return Named() is null ? null : Pass(start);
                }

                return !_lexer.Take("packets") || (_lexer.TakeNumber(out _) && _lexer.Take("bytes") && _lexer.TakeNumber(out _)) ? Pass(start) : null;
            case "last":
                if (_lexer.Take("used"))
                {
                    _lexer.TakeName();
                }

                return Pass(start);
            case "limit":
                return _lexer.Take("name") ? Named() : _lexer.Take("rate") ? Limit() : null;
            case "quota":
                return _lexer.Take("name") ? Named() : Quota();
            case "ct":
                return _lexer.Take("count") ? Count() : null;
            default:
                return null;
        }
    }

    /// <summary>A rate, from the word behind <c>rate</c>.</summary>
    public LimitStatement? Limit()
    {
        bool over = _lexer.Take("over");
        int start = _lexer.Start;
        ulong factor = 1;
        bool bytes = false;
        string? rate = _lexer.TakeName();
        if (rate is not null && !rate.Contains('/', StringComparison.Ordinal))
        {
            bytes = true;
            string? unit = _lexer.TakeName();
            int at = unit?.IndexOf('/', StringComparison.Ordinal) ?? -1;
            if (at < 0 || (factor = ByteUnit(unit.AsSpan(0, at))) == 0)
            {
                return null;
            }

            rate += unit![at..];
        }

        int slash = rate?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        long seconds = slash < 0 ? 0 : TimeUnit(rate.AsSpan(slash + 1));
        if (seconds == 0 || !ulong.TryParse(rate.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out ulong amount))
        {
            return null;
        }

        ulong burst = bytes ? 0UL : 5;
        if (_lexer.Take("burst"))
        {
            if (!_lexer.TakeNumber(out burst) || (!_lexer.Take("packets") && !Bytes(ref burst)))
            {
                return null;
            }
        }

        return new LimitStatement(over, unchecked(amount * factor), seconds, burst, bytes, _lexer.Slice(start, _lexer.PreviousEnd));
    }

    /// <summary>A quota, from the word behind <c>quota</c>.</summary>
    public QuotaStatement? Quota()
    {
        bool over = _lexer.Take("over");
        _ = over || _lexer.Take("until");
        if (!_lexer.TakeNumber(out ulong bytes) || !Bytes(ref bytes))
        {
            return null;
        }

        ulong used = 0;
        return !_lexer.Take("used") || (_lexer.TakeNumber(out used) && Bytes(ref used)) ? new QuotaStatement(over, bytes, used) : null;
    }

    private static ulong ByteUnit(ReadOnlySpan<char> unit) => unit switch
    {
        "bytes" => 1,
        "kbytes" => 1024,
        "mbytes" => 1024 * 1024,
        "gbytes" => 1024 * 1024 * 1024,
        _ => 0,
    };

    private static long TimeUnit(ReadOnlySpan<char> unit) => unit switch
    {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 604_800,
        _ => 0,
    };

    private PassStatement Pass(int start) => new(_lexer.Slice(start, _lexer.PreviousEnd));

    private bool Bytes(ref ulong amount)
    {
        ulong factor = _lexer.Kind == TokenKind.Word ? ByteUnit(_lexer.Text) : 0;
        if (factor == 0)
        {
            return false;
        }

        amount = unchecked(amount * factor);
        _lexer.Next();
        return true;
    }

    private ConnectionCountStatement? Count()
    {
        bool over = _lexer.Take("over");
        return _lexer.TakeNumber(out ulong count) && count <= uint.MaxValue ? new ConnectionCountStatement(over, (uint)count) : null;
    }

    /// <summary>The name behind <c>name</c>, or the map that picks one.</summary>
    private ObjectStatement? Named()
    {
        if (_lexer.Kind == TokenKind.Quoted)
        {
            return new ObjectStatement(_lexer.TakeName());
        }

        LexerMark mark = _lexer.Mark();
        if (context.Expressions.Parse([ValueShape.Of(DataType.Object)])?.Value is MapExpression map)
        {
            return new ObjectStatement(null, map.Key, map.Map);
        }

        _lexer.Return(mark);
        return _lexer.TakeName() is { } name ? new ObjectStatement(name) : null;
    }

    private Statement? Conntrack(int start)
    {
        LexerMark mark = _lexer.Mark();
        _lexer.Next();
        if (_lexer.Take("count"))
        {
            return Count();
        }

        if ((_lexer.Take("helper") || _lexer.Take("timeout") || _lexer.Take("expectation")) && _lexer.Take("set"))
        {
            return Named() is null ? null : Pass(start);
        }

        _lexer.Return(mark);
        return context.Relations.Parse();
    }

    private RejectStatement? Reject()
    {
        _lexer.Next();
        if (!_lexer.Take("with"))
        {
            return new RejectStatement("");
        }

        string? kind = _lexer.TakeName();
        _ = _lexer.Take("type");
        string? reason = _lexer.TakeName();
        return kind is "icmp" or "icmpv6" or "icmpx" or "tcp" && reason is not null ? new RejectStatement($"{kind} {reason}") : null;
    }

    private PassStatement? Log(int start)
    {
        _lexer.Next();
        while (_lexer.Kind == TokenKind.Word)
        {
            switch (_lexer.Text)
            {
                case "prefix" or "level" or "group" or "snaplen" or "queue-threshold":
                    _lexer.Next();
                    if (_lexer.TakeName() is null)
                    {
                        return null;
                    }

                    break;
                case "flags":
                    _lexer.Next();
                    if ((_lexer.Take("tcp") || _lexer.Take("ip") || true) && _lexer.TakeName() is null)
                    {
                        return null;
                    }

                    while (_lexer.Take(','))
                    {
                        _ = _lexer.Take("tcp") || _lexer.Take("ip");
                        _lexer.TakeName();
                    }

                    break;
                default:
                    return Pass(start);
            }
        }

        return Pass(start);
    }

    private SynproxyStatement? Synproxy(int start)
    {
        _lexer.Next();
        if (_lexer.Take("name"))
        {
            return Named() is null ? null : new SynproxyStatement(_lexer.Slice(start, _lexer.PreviousEnd));
        }

        while (true)
        {
            if (_lexer.Take("mss") || _lexer.Take("wscale"))
            {
                if (!_lexer.TakeNumber(out _))
                {
                    return null;
                }
            }
            else if (!_lexer.Take("timestamp") && !_lexer.Take("sack-perm"))
            {
                return new SynproxyStatement(_lexer.Slice(start, _lexer.PreviousEnd));
            }
        }
    }

    private bool Elsewhere(out Expression? device)
    {
        _ = _lexer.Take("ip") || _lexer.Take("ip6");
        device = null;
        if (!_lexer.Take("to"))
        {
            return false;
        }

        device = context.Expressions.Parse([ValueShape.Unknown], ValueShape.Unknown)?.Value;
        if (device is not null && _lexer.Take("device"))
        {
            ValueShape index = ValueShape.Of(DataType.InterfaceIndex);
            device = context.Expressions.Parse([index], index)?.Value;
        }

        return device is not null;
    }

    private VerdictStatement? Queue()
    {
        bool bypass = false;
        if (_lexer.Take("flags"))
        {
            bypass = QueueFlags();
        }

        if (_lexer.Take("num") || _lexer.Take("to"))
        {
            var number = new ValueShape(DataType.Integer, 16);
            if (context.Expressions.Parse([number], number) is null)
            {
                return null;
            }
        }

        bypass |= QueueFlags();
        return new VerdictStatement(new Verdict(VerdictKind.Queue), bypass);
    }

    private bool QueueFlags()
    {
        bool bypass = false;
        while (_lexer.Is("bypass") || _lexer.Is("fanout"))
        {
            bypass |= _lexer.Is("bypass");
            _lexer.Next();
            if (!_lexer.Take(','))
            {
                break;
            }
        }

        return bypass;
    }

    private SetUpdateStatement? SetUpdate()
    {
        SetUpdateKind kind = _lexer.TakeName() switch
        {
            "add" => SetUpdateKind.Add,
            "update" => SetUpdateKind.Update,
            _ => SetUpdateKind.Delete,
        };
        return context.Expressions.SetName() is { } name ? Update(kind, name) : null;
    }

    private SetUpdateStatement? Meter()
    {
        _lexer.Next();
        string? name = _lexer.TakeName();
        if (name is null || (_lexer.Take("size") && !_lexer.TakeNumber(out _)))
        {
            return null;
        }

        return Update(SetUpdateKind.Add, name);
    }

    private SetUpdateStatement? Update(SetUpdateKind kind, string set)
    {
        if (!_lexer.Take('{') || context.Expressions.Fields() is not { } key)
        {
            return null;
        }

        ImmutableArray<Statement>.Builder statements = ImmutableArray.CreateBuilder<Statement>();
        Expression? data = null;
        long timeout = 0;
        while (!_lexer.Take('}'))
        {
            if (_lexer.Take("timeout"))
            {
                if (_lexer.Kind != TokenKind.Word || !ValueText.TryDuration(_lexer.Text, out UInt128 seconds) || seconds > long.MaxValue)
                {
                    return null;
                }

                timeout = (long)seconds;
                _lexer.Next();
            }
            else if (_lexer.Take("comment"))
            {
                if (_lexer.TakeName() is null)
                {
                    return null;
                }
            }
            else if (_lexer.Take(":"))
            {
                data = context.Expressions.Parse([ValueShape.Unknown], ValueShape.Unknown)?.Value;
                if (data is null)
                {
                    return null;
                }
            }
            else if (Stateful() is { } statement)
            {
                statements.Add(statement);
            }
            else
            {
                return null;
            }
        }

        return new SetUpdateStatement(kind, set, key.Value, data, statements.ToImmutable(), timeout);
    }

    /// <summary><c># xt_NAME</c>: what an nft without support for iptables' extensions prints.</summary>
    private Statement? Untranslated()
    {
        int start = _lexer.Start;
        _lexer.Next();
        string? name = _lexer.TakeName();
        return name is null ? null : Xtables(start, name.AsSpan(3) is [>= 'A' and <= 'Z', ..] ? "target" : "match", name[3..]);
    }

    private Statement? Xtables(int start, string? kind, string? name)
    {
        if (name is null || kind is not ("match" or "target" or "watcher"))
        {
            return null;
        }

        context.HasXtables = true;
        string text = _lexer.Slice(start, _lexer.PreviousEnd);
        if (name is "comment" or "CHECKSUM" or "LOG" or "NFLOG" or "TRACE" or "AUDIT" or "TCPMSS" or "IDLETIMER" or "LED" or "RATEEST")
        {
            return new PassStatement(text);
        }

        context.Notes.Add(ReadingNotes.NoArguments, text, _lexer.Line, 0);
        return new OpaqueStatement(text, MayDecide: kind == "target");
    }
}
