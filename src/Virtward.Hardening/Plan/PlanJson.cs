using System.Text.Json.Serialization;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Drift;
using Virtward.Hardening.Transaction;

namespace Virtward.Hardening.Plan;

/// <summary>Saved plans and a transaction's journal in JSON: generated at build time, no reflection. An unknown kind of step is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true,
    Converters = [typeof(AddressJson)])]
[JsonSerializable(typeof(ClosingPlan))]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(DriftRecord))]
public sealed partial class PlanJson : JsonSerializerContext;
