using System.Collections.Immutable;
using System.Text.Json;

namespace Virtward.Host.Tests.Fail2Ban;

/// <summary>One line of fail2ban's sample logs, held against one set of filter options, and what fail2ban's test expects of it.</summary>
/// <param name="Where">The file and line.</param>
/// <param name="Options">The filter's options, those for the harness included.</param>
/// <param name="Line">The log line.</param>
/// <param name="Expected">The expectation; undefined: the line must not match.</param>
public sealed record SampleCheck(string Where, ImmutableSortedDictionary<string, string> Options, string Line, JsonElement Expected)
{
    public bool MustMatch => Expected.ValueKind == JsonValueKind.Object && Expected.TryGetProperty("match", out JsonElement match) && match.GetBoolean();

    public string OptionText => string.Join(',', Options.Select(option => $"{option.Key}={option.Value}"));
}
