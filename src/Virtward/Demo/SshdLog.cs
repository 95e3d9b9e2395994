using Virtward.Core.Net;

namespace Virtward.Demo;

/// <summary>
/// Counts the failed passwords in sshd's log, so that the demo has a figure of its own to hold the guard against. It reads its own
/// attackers' lines only; what a guard must withstand in a log is the filters' business.
/// </summary>
public static class SshdLog
{
    /// <summary>The address that a failed password came from; null for any other line.</summary>
    public static Address? FailedPassword(string line)
    {
        int from = line.LastIndexOf(" from ", StringComparison.Ordinal);
        int port = line.LastIndexOf(" port ", StringComparison.Ordinal);
        return line.Contains(": Failed password for ", StringComparison.Ordinal)
            && from > 0 && port > from
            && Address.TryParse(line[(from + 6)..port], out Address address)
            ? address
            : null;
    }
}
