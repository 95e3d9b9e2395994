using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>Tables and chains of a listing.</summary>
internal sealed class RulesetParser
{
    private const string CutShort = "the listing is cut short: take it again";

    private readonly ParseContext _context;
    private readonly NftLexer _lexer;
    private readonly SetParser _sets;
    private Problem? _problem;

    public RulesetParser(string text)
    {
        _context = new ParseContext(text);
        _lexer = _context.Lexer;
        _sets = new SetParser(_context);
    }

    /// <summary>The whole listing.</summary>
    public Result<Ruleset> Parse()
    {
        ImmutableArray<Table>.Builder tables = ImmutableArray.CreateBuilder<Table>();
        while (true)
        {
            _lexer.SkipNewLines();
            if (_lexer.Kind == TokenKind.End)
            {
                return new Ruleset(tables.ToImmutable(), _context.Notes.ToImmutable());
            }

            if (ParseTable() is not { } table)
            {
                return _problem!;
            }

            tables.Add(table);
        }
    }

    private Table? ParseTable()
    {
        int line = _lexer.Line;
        if (!_lexer.Is("table"))
        {
            return Fail<Table>($"a table must begin here, not '{ReadingNotes.Cut(Current())}'");
        }

        _lexer.Next();
        if (!FamilyTable.TryFamily(_lexer.Text, out Family family))
        {
            return Fail<Table>($"a family must stand here, not '{ReadingNotes.Cut(Current())}'");
        }

        _lexer.Next();
        bool managed = _lexer.ManagedByIptables;
        (_lexer.ManagedByIptables, _lexer.Handle) = (false, 0);
        if (_lexer.TakeName() is not { } name || !_lexer.Take('{'))
        {
            return Fail<Table>("a table's name and an opening brace must stand here");
        }

        var table = new Table(family, name, _lexer.Handle);
        ImmutableArray<Chain>.Builder chains = ImmutableArray.CreateBuilder<Chain>();
        ImmutableArray<SetDefinition>.Builder sets = ImmutableArray.CreateBuilder<SetDefinition>();
        ImmutableDictionary<string, Statement>.Builder objects = ImmutableDictionary.CreateBuilder<string, Statement>(StringComparer.Ordinal);
        (_context.Family, _context.HasXtables) = (family, false);
        _context.InnerChains.Clear();
        bool dormant = false;
        while (!_lexer.Take('}'))
        {
            switch (_lexer.Kind == TokenKind.Word ? _lexer.Text : "")
            {
                case "chain":
                    if (ParseChain() is not { } chain)
                    {
                        return null;
                    }

                    chains.Add(chain);
                    break;
                case "set" or "map":
                    if (_sets.Parse(out _problem) is not { } set)
                    {
                        return null;
                    }

                    sets.Add(set);
                    break;
                case "flags":
                    _lexer.Next();
                    dormant |= Flags();
                    break;
                case "comment":
                    _lexer.Next();
                    _lexer.TakeName();
                    break;
                case "counter" or "quota" or "limit" or "ct" or "secmark" or "synproxy" or "flowtable" or "tunnel":
                    if (!ParseObject(objects))
                    {
                        return Fail<Table>($"the listing ends inside table {name}, which line {line} opens", CutShort);
                    }

                    break;
                default:
                    if (_lexer.Kind == TokenKind.End)
                    {
                        return Fail<Table>($"the listing ends inside table {name}, which line {line} opens", CutShort);
                    }

                    if (!_lexer.Take(';') && _lexer.Kind != TokenKind.NewLine)
                    {
                        Unknown($"a part of table {name} that was not understood");
                    }

                    _lexer.SkipNewLines();
                    break;
            }
        }

        managed |= _context.HasXtables;
        return table with
        {
            Origin = managed ? TableOrigin.IptablesNft : TableOrigin.Nftables,
            Dormant = dormant,
            Chains = [.. chains, .. _context.InnerChains],
            Sets = sets.ToImmutable(),
            Objects = objects.ToImmutable(),
        };
    }

    private bool Flags()
    {
        bool dormant = false;
        do
        {
            dormant |= _lexer.Is("dormant");
            _lexer.TakeName();
        }
        while (_lexer.Take(','));
        return dormant;
    }

    private Chain? ParseChain()
    {
        int line = _lexer.Line;
        _lexer.Next();
        _lexer.Handle = 0;
        if (_lexer.TakeName() is not { } name || !_lexer.Take('{'))
        {
            return Fail<Chain>("a chain's name and an opening brace must stand here");
        }

        long handle = _lexer.Handle;
        BaseHook? hook = null;
        ImmutableArray<Rule>.Builder rules = ImmutableArray.CreateBuilder<Rule>();
        while (!_lexer.Take('}'))
        {
            switch (_lexer.Kind)
            {
                case TokenKind.End:
                    return Fail<Chain>($"the listing ends inside chain {name}, which line {line} opens", CutShort);
                case TokenKind.NewLine:
                    _lexer.Next();
                    break;
                case TokenKind.Word when hook is null && _lexer.Is("type"):
                    if (ParseHook() is not { } parsed)
                    {
                        return Fail<Chain>($"where chain {name} is attached is not understood at '{ReadingNotes.Cut(Current())}'");
                    }

                    hook = parsed;
                    break;
                case TokenKind.Word when hook is not null && _lexer.Is("policy"):
                    _lexer.Next();
                    if (!_lexer.Is("drop") && !_lexer.Is("accept"))
                    {
                        return Fail<Chain>($"the policy of chain {name} is not understood: '{ReadingNotes.Cut(Current())}'");
                    }

                    hook = hook with { DropByDefault = _lexer.Is("drop") };
                    _lexer.Next();
                    break;
                case TokenKind.Word when rules.Count == 0 && (_lexer.Is("comment") || _lexer.Is("flags")):
                    _lexer.Next();
                    _lexer.TakeName();
                    break;
                case TokenKind.Symbol when _lexer.IsSymbol(';'):
                    _lexer.Next();
                    break;
                default:
                    rules.Add(_context.Rules.Parse());
                    break;
            }
        }

        return new Chain(name, handle, hook, rules.ToImmutable());
    }

    private BaseHook? ParseHook()
    {
        _lexer.Next();
        if (!FamilyTable.TryChainType(_lexer.Text, out ChainType type))
        {
            return null;
        }

        _lexer.Next();
        if (!_lexer.Take("hook") || !FamilyTable.TryHook(_lexer.Text, out Hook hook))
        {
            return null;
        }

        _lexer.Next();
        ImmutableArray<string>.Builder devices = ImmutableArray.CreateBuilder<string>();
        while (_lexer.Is("device") || _lexer.Is("devices"))
        {
            _lexer.Next();
            _ = _lexer.Take('=') || _lexer.Take("=");
            bool many = _lexer.Take('{');
            while (_lexer.TakeName() is { } device)
            {
                devices.Add(device);
                if (!many)
                {
                    break;
                }

                _ = _lexer.Take(',');
                _lexer.SkipNewLines();
            }

            if (many && !_lexer.Take('}'))
            {
                return null;
            }
        }

        return _lexer.Take("priority") && Priority(out int priority) ? new BaseHook(type, hook, priority, devices.ToImmutable(), false) : null;
    }

    /// <summary><c>filter</c>, <c>filter + 10</c>, <c>-100</c>.</summary>
    private bool Priority(out int priority)
    {
        if (!Number(out priority) && !PriorityTable.TryGet(_context.Family, Current(), out priority))
        {
            return false;
        }

        _lexer.Next();
        int sign = _lexer.Is("+") ? 1 : _lexer.Is("-") ? -1 : 0;
        if (sign == 0)
        {
            return true;
        }

        _lexer.Next();
        if (!Number(out int offset))
        {
            return false;
        }

        priority = unchecked(priority + (sign * offset));
        _lexer.Next();
        return true;
    }

    private bool Number(out int number) =>
        int.TryParse(_lexer.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && _lexer.Kind == TokenKind.Word;

    /// <summary>A named counter, limit, quota, helper, flow table …: only limits and quotas decide anything.</summary>
    private bool ParseObject(ImmutableDictionary<string, Statement>.Builder objects)
    {
        string? kind = _lexer.TakeName();
        if (kind == "ct")
        {
            _lexer.TakeName();
        }

        string? name = _lexer.TakeName();
        if (name is null || !_lexer.Take('{'))
        {
            Unknown("an object that was not understood");
            return _lexer.Kind != TokenKind.End;
        }

        _lexer.SkipNewLines();
        if (kind is not ("limit" or "quota"))
        {
            return _lexer.SkipBlock();
        }

        while (_lexer.Take("comment"))
        {
            _lexer.TakeName();
            _lexer.SkipNewLines();
        }

        LexerMark mark = _lexer.Mark();
        int column = _lexer.Column;
        Statement? statement = kind == "quota" ? _context.Statements.Quota() : _lexer.Take("rate") ? _context.Statements.Limit() : null;
        if (statement is null)
        {
            string text = _lexer.Slice(mark.Start, _lexer.PreviousEnd);
            _context.Notes.Add($"the {kind} {name} was not understood", text, mark.Line, column);
            statement = new OpaqueStatement(text, MayDecide: false);
        }

        objects[name] = statement;
        return _lexer.SkipBlock();
    }

    private void Unknown(string what)
    {
        (int start, int line, int column) = (_lexer.Start, _lexer.Line, _lexer.Column);
        int end = _lexer.SkipLine();
        _context.Notes.Add(what, _lexer.Slice(start, end), line, column);
    }

    private string Current() => _lexer.Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.NewLine => "the end of the line",
        _ => _lexer.Text.ToString(),
    };

    private T? Fail<T>(string what, string? hint = null)
        where T : class
    {
        _problem ??= _context.Notes.At(what, _lexer.Line, _lexer.Column, hint);
        return null;
    }
}
