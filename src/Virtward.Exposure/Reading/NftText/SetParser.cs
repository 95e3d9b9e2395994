using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>Named sets and maps.</summary>
internal sealed class SetParser(ParseContext context)
{
    private readonly NftLexer _lexer = context.Lexer;

    /// <summary>The set or map that begins here; null where the listing ends inside it, which the problem says.</summary>
    public SetDefinition? Parse(out Problem? problem)
    {
        bool isMap = _lexer.Is("map");
        int line = _lexer.Line;
        _lexer.Next();
        _lexer.Handle = 0;
        problem = null;
        if (_lexer.TakeName() is not { } name || !_lexer.Take('{'))
        {
            problem = context.Notes.At("a set's name and an opening brace must stand here", _lexer.Line, _lexer.Column);
            return null;
        }

        var set = new SetDefinition(name, _lexer.Handle);
        ImmutableArray<ValueShape> keys = [];
        ImmutableArray<ValueShape> data = [];
        List<Statement> statements = [];
        SetBuilder? builder = null;
        while (!_lexer.Take('}'))
        {
            switch (_lexer.Kind == TokenKind.Word ? _lexer.Text : "")
            {
                case "type":
                    _lexer.Next();
                    set = set with { KeyTypes = Types(out keys) };
                    set = _lexer.Take(":") ? set with { DataTypes = Types(out data) } : set;
                    break;
                case "typeof":
                    _lexer.Next();
                    set = set with { KeyTypes = TypesOf(out keys) };
                    set = _lexer.Take(":") ? set with { DataTypes = TypesOf(out data) } : set;
                    break;
                case "flags":
                    _lexer.Next();
                    set = Flags(set);
                    break;
                case "timeout":
                    set = set with { HasTimeout = true };
                    _lexer.Next();
                    _lexer.TakeName();
                    break;
                case "policy" or "size" or "gc-interval" or "comment":
                    _lexer.Next();
                    _lexer.TakeName();
                    break;
                case "auto-merge":
                    _lexer.Next();
                    break;
                case "counter" or "limit" or "quota" or "ct" or "last":
                    if (context.Statements.Stateful() is not { } statement)
                    {
                        Unknown(name);
                    }
                    else if (statement is not PassStatement)
                    {
                        statements.Add(statement);
                    }

                    break;
                case "elements":
                    _lexer.Next();
                    builder = new SetBuilder(Math.Max(1, keys.Length));
                    if (!_lexer.Take("=") || !_lexer.IsSymbol('{') || !context.Elements.Parse(keys, isMap, data, builder))
                    {
                        problem = context.Notes.At(
                            $"the elements of {name}, which line {line} begins, cannot be followed to their end", _lexer.Line, _lexer.Column,
                            _lexer.Kind == TokenKind.End ? "the listing is cut short: take it again" : null);
                        return null;
                    }

                    break;
                default:
                    if (_lexer.Kind == TokenKind.End)
                    {
                        problem = context.Notes.At(
                            $"the listing ends inside the set {name}, which line {line} begins", _lexer.Line, _lexer.Column, "the listing is cut short: take it again");
                        return null;
                    }

                    if (_lexer.Kind != TokenKind.NewLine && !_lexer.IsSymbol(';'))
                    {
                        Unknown(name);
                    }
                    else
                    {
                        _lexer.Next();
                    }

                    break;
            }
        }

        foreach (Statement carried in builder?.Statements ?? [])
        {
            if (!statements.Exists(s => s.GetType() == carried.GetType()))
            {
                statements.Add(carried);
            }
        }

        return set with { Contents = builder?.Build() ?? SetContents.Empty with { Parts = Math.Max(1, keys.Length) }, ElementStatements = [.. statements] };
    }

    private SetDefinition Flags(SetDefinition set)
    {
        ImmutableArray<string>.Builder flags = ImmutableArray.CreateBuilder<string>();
        do
        {
            if (_lexer.TakeName() is { } flag)
            {
                flags.Add(flag);
            }
        }
        while (_lexer.Take(','));
        return set with { Flags = flags.ToImmutable(), Dynamic = flags.Contains("dynamic"), HasTimeout = set.HasTimeout || flags.Contains("timeout") };
    }

    /// <summary><c>ipv4_addr . inet_service</c>, and for a map's data also the kind of an object.</summary>
    private ImmutableArray<string> Types(out ImmutableArray<ValueShape> shapes)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<ValueShape>.Builder found = ImmutableArray.CreateBuilder<ValueShape>();
        _ = _lexer.Take("interval");
        do
        {
            string name = _lexer.TakeName() ?? "";
            if (name == "ct" && (_lexer.Is("helper") || _lexer.Is("timeout") || _lexer.Is("expectation")))
            {
                name = $"ct {_lexer.TakeName()}";
            }

            names.Add(name);
            found.Add(SetTypes.Shape(name));
        }
        while (_lexer.Take("."));
        shapes = SetTypes.Known(found);
        return names.ToImmutable();
    }

    /// <summary><c>typeof ip saddr . tcp dport</c>.</summary>
    private ImmutableArray<string> TypesOf(out ImmutableArray<ValueShape> shapes)
    {
        if (_lexer.Is("verdict") || _lexer.Is("counter") || _lexer.Is("limit") || _lexer.Is("quota") || _lexer.Is("secmark") || _lexer.Is("synproxy"))
        {
            return Types(out shapes);
        }

        _ = _lexer.Take("interval");
        LexerMark mark = _lexer.Mark();
        int column = _lexer.Column;
        TypedExpression? fields = context.Expressions.Fields();
        shapes = fields?.Shapes ?? [];
        if (fields is null)
        {
            _lexer.Return(mark);
            int end = _lexer.SkipLine();
            context.Notes.Add("a set's type that was not understood", _lexer.Slice(mark.Start, end), mark.Line, column);
            return [_lexer.Slice(mark.Start, end)];
        }

        return [.. _lexer.Slice(mark.Start, _lexer.PreviousEnd).Split(" . ", StringSplitOptions.TrimEntries)];
    }

    private void Unknown(string set)
    {
        (int start, int line, int column) = (_lexer.Start, _lexer.Line, _lexer.Column);
        int end = _lexer.SkipLine();
        context.Notes.Add($"a part of the set {set} that was not understood", _lexer.Slice(start, end), line, column);
    }
}
