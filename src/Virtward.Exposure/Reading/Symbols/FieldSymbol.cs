using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Reading.Symbols;

/// <summary>One field as nft names it.</summary>
/// <param name="Keyword">Its words as nft prints them, with the header's or <c>meta</c>/<c>ct</c> first: <c>ip saddr</c>. nft's JSON has the same words as
/// <c>protocol</c> and <c>field</c>, or as <c>key</c>.</param>
/// <param name="Field">The field; null where the model has none and only header and width are known.</param>
/// <param name="Width">Its bits.</param>
/// <param name="Type">How its values are written.</param>
public sealed record FieldSymbol(string Keyword, PacketField? Field, int Width, DataType Type);
