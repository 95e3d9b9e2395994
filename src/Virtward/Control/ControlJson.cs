using System.Text.Json.Serialization;

namespace Virtward.Control;

/// <summary>The control API's documents in JSON: generated at build time, no reflection.</summary>
[JsonSourceGenerationOptions(
    DefaultBufferSize = 64 * 1024, // what is written to the socket at a time: 40 MB of bans in pieces of 16 KB are mostly system calls
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(BansDocument))]
[JsonSerializable(typeof(BanRequest))]
[JsonSerializable(typeof(TargetRequest))]
[JsonSerializable(typeof(AllowRequest))]
[JsonSerializable(typeof(ChangeDocument))]
[JsonSerializable(typeof(ProblemDocument))]
public sealed partial class ControlJson : JsonSerializerContext;
