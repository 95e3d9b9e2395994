using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>Elements of sets and maps in JSON.</summary>
internal sealed class JsonElements(JsonContext context)
{
    private const int MaxParts = 16;

    /// <summary>A set or map written out in a rule; null where its key is unknown.</summary>
    public SetExpression? Anonymous(JsonElement elements, ImmutableArray<ValueShape> keys, bool isMap, ImmutableArray<ValueShape> data)
    {
        if (keys.Length is 0 or > MaxParts || elements.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var builder = new SetBuilder(keys.Length);
        Read(elements, keys, isMap, data, builder);
        return new SetExpression(builder.Build());
    }

    /// <summary>Reads all elements.</summary>
    public void Read(JsonElement elements, ImmutableArray<ValueShape> keys, bool isMap, ImmutableArray<ValueShape> data, SetBuilder builder)
    {
        Span<ValueRange> key = stackalloc ValueRange[MaxParts];
        foreach (JsonElement element in elements.Items())
        {
            if (keys.Length is 0 or > MaxParts || !Element(element, keys, isMap, data, builder, key[..keys.Length]))
            {
                context.Note("an element that was not understood", element);
                builder.AddOpaque(element.GetRawText());
            }
        }
    }

    private bool Element(
        JsonElement element, ImmutableArray<ValueShape> keys, bool isMap, ImmutableArray<ValueShape> data, SetBuilder builder, Span<ValueRange> key)
    {
        JsonElement whole = element;
        MapData? yields = null;
        if (isMap && (!element.TryPair(out whole, out JsonElement value) || (yields = Data(value, data)) is null))
        {
            return false;
        }

        long lives = 0;
        if (whole.Get("elem") is { } carrying)
        {
            if (carrying.Get("val") is not { } inner)
            {
                return false;
            }

            lives = carrying.Number("expires", carrying.Number("timeout"));
            foreach (JsonProperty property in carrying.EnumerateObject())
            {
                if (property.Name is "limit" or "quota" or "ct count" && context.Statements.Stateful(property.Name, property.Value) is { } statement)
                {
                    builder.AddStatement(statement);
                }
            }

            whole = inner;
        }

        if (whole.ValueKind == JsonValueKind.String && whole.ValueEquals("*"))
        {
            builder.AddCatchAll(yields);
            return true;
        }

        if (keys.Length == 1)
        {
            if (!JsonExpressions.TryRange(whole, keys[0], out key[0]))
            {
                return false;
            }
        }
        else
        {
            if (whole.Get("concat") is not { ValueKind: JsonValueKind.Array } parts || parts.GetArrayLength() != keys.Length)
            {
                return false;
            }

            int at = 0;
            foreach (JsonElement part in parts.EnumerateArray())
            {
                if (!JsonExpressions.TryRange(part, keys[at], out key[at]))
                {
                    return false;
                }

                at++;
            }
        }

        builder.Add(key, yields, Math.Max(0, lives));
        return true;
    }

    private MapData? Data(JsonElement value, ImmutableArray<ValueShape> shapes)
    {
        if (shapes is [{ Type: DataType.Verdict }])
        {
            return context.Statements.Verdict(value) is { } verdict ? new VerdictData(verdict.Verdict) : null;
        }

        if (shapes is [{ Type: DataType.Object }])
        {
            return value.AsText() is { } name ? new ObjectData(name) : null;
        }

        bool guess = shapes is [] or [{ Guess: true }];
        ImmutableArray<ValueRange>.Builder parts = ImmutableArray.CreateBuilder<ValueRange>();
        foreach (JsonElement part in value.Get("concat")?.Items() ?? [value])
        {
            if ((!guess && parts.Count >= shapes.Length)
                || !JsonExpressions.TryRange(part, guess ? ValueShape.Unknown : shapes[parts.Count], out ValueRange range))
            {
                return null;
            }

            parts.Add(range);
        }

        return guess || parts.Count == shapes.Length ? new ValueData(parts.ToImmutable()) : null;
    }
}
