using Virtward.Exposure.Reading.Symbols;

namespace Virtward.Exposure.Reading;

/// <summary>How one field's values are written.</summary>
/// <param name="Type">The data type.</param>
/// <param name="Width">The bits; 0 where unknown.</param>
/// <param name="Guess">The type is not known: constants are read by how they look.</param>
internal readonly record struct ValueShape(DataType Type, int Width, bool Guess = false)
{
    /// <summary>A constant whose type follows from its look.</summary>
    public static readonly ValueShape Unknown = new(DataType.Integer, 0, true);

    /// <summary>The shape of a type as such.</summary>
    public static ValueShape Of(DataType type) => new(type, SymbolTable.WidthOf(type));
}
