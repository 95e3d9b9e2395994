using Virtward.Core.Results;

namespace Virtward.Linux.Nftables;

/// <summary>Reads what nft says when it refuses a script.</summary>
public static class NftError
{
    /// <summary>
    /// Makes a problem of nft's message: "/dev/stdin:3:1-9: Error: Could not process rule: Operation not permitted" and then the line
    /// with carets under it, of which the first says it all.
    /// </summary>
    public static Problem Read(string message)
    {
        string first = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "no reason given";
        int error = first.IndexOf("Error: ", StringComparison.Ordinal);
        string reason = error < 0 ? first : first[(error + 7)..];
        string? hint = reason.Contains("not permitted", StringComparison.Ordinal) ? "it needs root, or CAP_NET_ADMIN" : null;
        return new Problem($"nftables refused a change: {reason}", Hint: hint);
    }
}
