using System.Collections.Immutable;

namespace Virtward.Tests.Guard.Filters;

/// <summary>One line of a corpus file and its verdict; the format is described in docs/filters.md.</summary>
/// <param name="Place">File and line number, for messages.</param>
/// <param name="Filter">The filter's name.</param>
/// <param name="Mode">The filter's mode; null for its default.</param>
/// <param name="Journal">The journal fields of the entry; empty for a line of a file.</param>
/// <param name="Line">The line.</param>
/// <param name="Verdict">An address, "nothing" or "understood".</param>
/// <param name="Expected">What else is expected: user, rule, attempts, kind, time.</param>
public sealed record CorpusCase(
    string Place,
    string Filter,
    string? Mode,
    ImmutableDictionary<string, string> Journal,
    string Line,
    string Verdict,
    ImmutableDictionary<string, string> Expected);
