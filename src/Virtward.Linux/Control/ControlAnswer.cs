namespace Virtward.Linux.Control;

/// <summary>The daemon's answer to one request.</summary>
/// <param name="Status">The HTTP status: 200 done, 4xx refused with a problem in the body, 5xx failed.</param>
/// <param name="Body">A JSON document.</param>
public sealed record ControlAnswer(int Status, ReadOnlyMemory<byte> Body);
