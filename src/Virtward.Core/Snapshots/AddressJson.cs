using System.Text.Json;
using System.Text.Json.Serialization;
using Virtward.Core.Net;

namespace Virtward.Core.Snapshots;

/// <summary>An address in JSON: its text.</summary>
public sealed class AddressJson : JsonConverter<Address>
{
    /// <inheritdoc/>
    public override Address Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Address.TryParse(reader.GetString(), out Address address)
            ? address
            : throw new JsonException("no IP address");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Address value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
