using System.Collections.Immutable;
using Virtward.Exposure.Reading.Symbols;

namespace Virtward.Exposure.Reading;

/// <summary>The types that set declarations name.</summary>
internal static class SetTypes
{
    /// <summary>How values of a named type are written; for an unknown one a shape without width that <see cref="Known"/> finds.</summary>
    public static ValueShape Shape(string name) => name switch
    {
        "counter" or "quota" or "limit" or "secmark" or "synproxy" or "ct helper" or "ct timeout" or "ct expectation" => ValueShape.Of(DataType.Object),
        _ => SymbolTable.TryType(name, out DataType type) ? ValueShape.Of(type) : new ValueShape(DataType.Integer, -1),
    };

    /// <summary>The shapes; none where one of them is unknown, so that all elements become opaque.</summary>
    public static ImmutableArray<ValueShape> Known(ImmutableArray<ValueShape>.Builder shapes)
    {
        foreach (ValueShape shape in shapes)
        {
            if (shape.Width < 0)
            {
                return [];
            }
        }

        return shapes.ToImmutable();
    }
}
