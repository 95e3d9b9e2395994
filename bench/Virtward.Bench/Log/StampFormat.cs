namespace Virtward.Bench.Log;

/// <summary>How a line begins.</summary>
internal enum StampFormat
{
    /// <summary><c>Nov  1 19:50:00 host </c> (RFC 3164).</summary>
    Classic,

    /// <summary><c>2026-11-01T19:50:00.123456+00:00 host </c> (RFC 3339).</summary>
    Iso,

    /// <summary><c>&lt;38&gt;1 2026-11-01T19:50:00.123456Z host </c> (RFC 5424).</summary>
    Rfc5424,

    /// <summary><c>1793562600.123 host </c>.</summary>
    Epoch,
}
