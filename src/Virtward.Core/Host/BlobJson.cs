using System.Text.Json;
using System.Text.Json.Serialization;

namespace Virtward.Core.Host;

/// <summary>Bytes in JSON: base64.</summary>
public sealed class BlobJson : JsonConverter<Blob>
{
    /// <inheritdoc/>
    public override Blob Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetBytesFromBase64());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Blob value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.Span);
}
