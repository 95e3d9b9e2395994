using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>Puts the listing's flat array of tables, chains, sets and rules together.</summary>
internal sealed class JsonRulesetReader
{
    private readonly JsonContext _context = new();
    private readonly Dictionary<(Family Family, string Name), JsonTable> _tables = [];
    private readonly List<JsonTable> _order = [];

    /// <summary>Reads the whole document.</summary>
    public Result<Ruleset> Read(JsonElement root)
    {
        if (root.Get("nftables") is not { ValueKind: JsonValueKind.Array } items)
        {
            return _context.Notes.At("an object with the array 'nftables' must stand here", 1, 1);
        }

        foreach (JsonElement item in items.EnumerateArray())
        {
            if (!item.TryOnly(out string? kind, out JsonElement value))
            {
                _context.Note("an entry that was not understood", item);
                continue;
            }

            if (Entry(kind, value) is { } problem)
            {
                return problem;
            }
        }

        return new Ruleset([.. _order.Select(t => t.Build())], _context.Notes.ToImmutable());
    }

    private Problem? Entry(string kind, JsonElement value)
    {
        switch (kind)
        {
            case "metainfo":
                return null;
            case "table":
                return Table(value);
            case "chain" or "rule" or "set" or "map" or "limit" or "quota":
                if (Find(value) is not { } table)
                {
                    return _context.Notes.At($"a {kind} of a table that was not listed before: {ReadingNotes.Cut(value.GetRawText())}", 0, 0);
                }

                (_context.Family, _context.Where) = (table.Table.Family, $"{kind} {value.Text("name") ?? value.Text("chain")} of table {table.Table.Name}");
                return kind switch
                {
                    "chain" => Chain(table, value),
                    "rule" => Rule(table, value),
                    "limit" or "quota" => Object(table, kind, value),
                    _ => Set(table, value, kind == "map"),
                };
            case "counter" or "ct helper" or "ct timeout" or "ct expectation" or "secmark" or "synproxy" or "flowtable" or "element" or "tunnel":
                return null;
            default:
                _context.Note($"an entry of the unknown kind {ReadingNotes.Cut(kind)}", value);
                return null;
        }
    }

    private JsonTable? Find(JsonElement value) =>
        FamilyTable.TryFamily(value.Text("family"), out Family family) && value.Text("table") is { } name ? _tables.GetValueOrDefault((family, name)) : null;

    private Problem? Table(JsonElement value)
    {
        if (!FamilyTable.TryFamily(value.Text("family"), out Family family) || value.Text("name") is not { } name)
        {
            return _context.Notes.At($"a table without family and name: {ReadingNotes.Cut(value.GetRawText())}", 0, 0);
        }

        _context.Where = $"table {name}";
        bool dormant = false;
        foreach (JsonElement flag in value.Get("flags")?.Items() ?? [])
        {
            // 1.0.x prints a family's name here, whatever the flag is.
            switch (flag.AsText())
            {
                case "dormant":
                    dormant = true;
                    break;
                case "owner" or "persist":
                    break;
                default:
                    _context.Note("a flag that this nft's JSON does not name: the table may be dormant, the text says", value);
                    break;
            }
        }

        var table = new JsonTable(new Table(family, name, value.Number("handle")) { Dormant = dormant });
        if (_tables.TryAdd((family, name), table))
        {
            _order.Add(table);
        }

        return null;
    }

    private Problem? Chain(JsonTable table, JsonElement value)
    {
        if (value.Text("name") is not { } name)
        {
            return _context.Notes.At($"a chain without a name: {ReadingNotes.Cut(value.GetRawText())}", 0, 0);
        }

        BaseHook? hook = null;
        if (value.Get("hook") is not null)
        {
            long priority = value.Number("prio", long.MinValue);
            if (!FamilyTable.TryHook(value.Text("hook"), out Hook at) || !FamilyTable.TryChainType(value.Text("type"), out ChainType type)
                || priority is < int.MinValue or > int.MaxValue || value.Text("policy") is not (null or "accept" or "drop"))
            {
                return _context.Notes.At($"where chain {name} is attached is not understood: {ReadingNotes.Cut(value.GetRawText())}", 0, 0);
            }

            ImmutableArray<string> devices = JsonContext.All(value.Get("dev")?.Items() ?? [], e => e.AsText());
            if (devices.IsEmpty && at is Hook.Ingress or Hook.Egress)
            {
                _context.Note("no devices are listed, the text has them", value);
            }

            hook = new BaseHook(type, at, (int)priority, devices, value.Text("policy") == "drop");
        }

        table.Add(new Chain(name, value.Number("handle"), hook, []));
        return null;
    }

    private Problem? Rule(JsonTable table, JsonElement value)
    {
        long handle = value.Number("handle");
        _context.Where = $"rule {handle} of chain {value.Text("chain")} of table {table.Table.Name}";
        _context.HasXtables = false;
        _context.InnerChains.Clear();
        _context.Updated.Clear();
        ImmutableArray<Statement>.Builder statements = ImmutableArray.CreateBuilder<Statement>();
        JsonElement expressions = value.Get("expr") ?? default;
        foreach (JsonElement item in expressions.ValueKind == JsonValueKind.Array ? expressions.Items() : [])
        {
            if (_context.Statements.Parse(item) is { } statement)
            {
                statements.Add(statement);
                continue;
            }

            _context.Note("a statement that was not understood", item);
            statements.Add(new OpaqueStatement(item.GetRawText(), MayDecide: true));
        }

        if (value.Text("comment") is { } comment)
        {
            statements.Add(new PassStatement($"comment \"{comment}\""));
        }

        for (int inner = 0; inner < _context.InnerChains.Count; inner++)
        {
            Rename(table, statements, _context.InnerChains[inner]);
        }

        table.HasXtables |= _context.HasXtables;
        table.Updated.UnionWith(_context.Updated);
        string text = expressions.ValueKind == JsonValueKind.Undefined ? "" : expressions.GetRawText();
        return value.Text("chain") is { } chain && table.Add(chain, new Rule(handle, text, statements.ToImmutable()))
            ? null
            : _context.Notes.At($"a rule of a chain that was not listed before: {ReadingNotes.Cut(value.GetRawText())}", 0, 0);
    }

    /// <summary>Chains inside a rule are numbered from 0 by the rule's reader, and through the table by its own.</summary>
    private static void Rename(JsonTable table, ImmutableArray<Statement>.Builder statements, Chain chain)
    {
        string name = $"__chain{table.InnerChains.Count}";
        table.InnerChains.Add(chain with { Name = name });
        for (int at = 0; at < statements.Count; at++)
        {
            if (statements[at] is VerdictStatement { Verdict: { Chain: { } target } verdict } statement && target == chain.Name)
            {
                statements[at] = statement with { Verdict = verdict with { Chain = name } };
            }
        }
    }

    private Problem? Object(JsonTable table, string kind, JsonElement value)
    {
        if (value.Text("name") is { } name)
        {
            Statement? statement = kind == "limit" ? JsonStatements.Limit(value) : JsonStatements.Quota(value);
            if (statement is null)
            {
                _context.Note($"a {kind} that was not understood", value);
                statement = new OpaqueStatement(value.GetRawText(), MayDecide: false);
            }

            table.Objects[name] = statement;
        }

        return null;
    }

    private Problem? Set(JsonTable table, JsonElement value, bool isMap)
    {
        if (value.Text("name") is not { } name)
        {
            return _context.Notes.At($"a set without a name: {ReadingNotes.Cut(value.GetRawText())}", 0, 0);
        }

        ImmutableArray<string> keyTypes = Types(value.Get("type"), out ImmutableArray<ValueShape> keys);
        ImmutableArray<string> dataTypes = [];
        ImmutableArray<ValueShape> data = [];
        if (isMap)
        {
            dataTypes = Types(value.Get("map"), out data);
        }

        var builder = new SetBuilder(Math.Max(1, keys.Length));
        if (value.Get("elem") is { ValueKind: JsonValueKind.Array } elements)
        {
            _context.Elements.Read(elements, keys, isMap, data, builder);
        }

        ImmutableArray<string> flags = JsonContext.All(value.Get("flags")?.Items() ?? [], e => e.AsText());
        List<Statement> carried = [];
        foreach (JsonElement item in value.Get("stmt")?.Items() ?? [])
        {
            if (_context.Statements.Parse(item) is not { } statement)
            {
                _context.Note("a statement that was not understood", item);
                carried.Add(new OpaqueStatement(item.GetRawText(), MayDecide: false));
            }
            else if (statement is not PassStatement)
            {
                carried.Add(statement);
            }
        }

        foreach (Statement statement in builder.Statements)
        {
            if (!carried.Exists(s => s.GetType() == statement.GetType()))
            {
                carried.Add(statement);
            }
        }

        table.Sets.Add(new SetDefinition(name, value.Number("handle"))
        {
            KeyTypes = keyTypes,
            DataTypes = dataTypes,
            Flags = flags,
            Dynamic = flags.Contains("dynamic"),
            HasTimeout = flags.Contains("timeout") || value.Get("timeout") is not null,
            Contents = builder.Build(),
            ElementStatements = [.. carried],
        });
        return null;
    }

    /// <summary>A name, several in an array or joined by dots, or since 1.1 <c>{"typeof": …}</c>.</summary>
    private ImmutableArray<string> Types(JsonElement? type, out ImmutableArray<ValueShape> shapes)
    {
        shapes = [];
        if (type is not { } given)
        {
            return [];
        }

        if (given.Get("typeof") is { } like)
        {
            shapes = _context.Expressions.Parse(like, [])?.Shapes ?? [];
            if (shapes.IsEmpty)
            {
                _context.Note("a set's type that was not understood", given);
            }

            return [like.GetRawText()];
        }

        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<ValueShape>.Builder found = ImmutableArray.CreateBuilder<ValueShape>();
        foreach (JsonElement item in given.Items())
        {
            foreach (string part in (item.AsText() ?? "").Split(" . "))
            {
                names.Add(part);
                found.Add(SetTypes.Shape(part));
            }
        }

        shapes = SetTypes.Known(found);
        return names.ToImmutable();
    }
}
