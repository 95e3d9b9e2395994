using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>An earlier report, as far as two reports are compared: which check failed about what.</summary>
/// <param name="Host">The host that it tells of.</param>
/// <param name="Time">When, as it was written.</param>
/// <param name="Percent">Its score.</param>
/// <param name="Status">How each check came out, by id, as a word.</param>
/// <param name="Findings">What was found: check and subject.</param>
public sealed record Baseline(
    string Host, string Time, int Percent, ImmutableSortedDictionary<string, string> Status, ImmutableHashSet<(string Id, string Subject)> Findings)
{
    /// <summary>Reads what <c>virtward audit --json</c> wrote.</summary>
    /// <param name="text">The document; it may come from anybody.</param>
    /// <param name="origin">Its path, for problems.</param>
    public static Result<Baseline> Read(string text, string origin)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("checks", out JsonElement checks) || checks.ValueKind != JsonValueKind.Array)
            {
                return new Problem("is no report", origin, "make one: virtward audit --json > FILE");
            }

            ImmutableSortedDictionary<string, string>.Builder status = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            ImmutableHashSet<(string, string)>.Builder findings = ImmutableHashSet.CreateBuilder<(string, string)>();
            foreach (JsonElement check in checks.EnumerateArray())
            {
                string id = Text(check, "id");
                status[id] = Text(check, "status");
                if (check.ValueKind == JsonValueKind.Object && !check.TryGetProperty("waived", out _)
                    && check.TryGetProperty("subjects", out JsonElement subjects) && subjects.ValueKind == JsonValueKind.Array)
                {
                    findings.UnionWith(subjects.EnumerateArray().Where(static subject => subject.ValueKind == JsonValueKind.String).Select(subject => (id, subject.GetString()!)));
                }
            }

            int percent = root.TryGetProperty("score", out JsonElement score) && score.ValueKind == JsonValueKind.Object
                && score.TryGetProperty("percent", out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int read) ? read : 0;
            return new Baseline(Text(root, "host"), Text(root, "time"), percent, status.ToImmutable(), findings.ToImmutable());
        }
        catch (JsonException)
        {
            return new Problem("is no report", origin, "make one: virtward audit --json > FILE");
        }
    }

    /// <summary>What a report finds that this one did not: each check with its new findings only.</summary>
    public IEnumerable<(CheckResult Result, Finding Finding)> NewIn(AuditReport report) =>
        report.Open.SelectMany(static result => result.Outcome.Findings.Select(finding => (result, finding)))
            .Where(pair => !Findings.Contains((pair.result.Check.Id, pair.finding.Subject)));

    /// <summary>What this one found and a report does not any more. Where the check is unknown now, it is not gone.</summary>
    public IEnumerable<(string Id, string Subject)> GoneIn(AuditReport report)
    {
        HashSet<(string, string)> now = [.. report.Results.SelectMany(static result => result.Outcome.Findings.Select(finding => (result.Check.Id, finding.Subject)))];
        Dictionary<string, CheckResult> known = report.Results.ToDictionary(static result => result.Check.Id);
        return Findings.Where(finding => known.TryGetValue(finding.Id, out CheckResult? result) && result.Outcome.Status is not Checks.Status.Unknown
                && !now.Contains(finding))
            .OrderBy(static finding => finding.Id, StringComparer.Ordinal).ThenBy(static finding => finding.Subject, StringComparer.Ordinal);
    }

    /// <summary>The checks that could be judged then and cannot now.</summary>
    public IEnumerable<CheckResult> LostIn(AuditReport report) => report.Results.Where(result =>
        result.Outcome.Status == Checks.Status.Unknown && Status.GetValueOrDefault(result.Check.Id) is "pass" or "fail");

    private static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
