using System.Text.Json.Serialization;

namespace Virtward.Core.Snapshots;

/// <summary>The snapshot's own documents in JSON: generated at build time, no reflection. Unknown members are passed over: a later version may write them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    Converters = [typeof(AddressJson)])]
[JsonSerializable(typeof(SnapshotMeta))]
[JsonSerializable(typeof(ListenersDocument))]
[JsonSerializable(typeof(FileStatesDocument))]
[JsonSerializable(typeof(QemuProcessesDocument))]
public sealed partial class SnapshotJson : JsonSerializerContext;
