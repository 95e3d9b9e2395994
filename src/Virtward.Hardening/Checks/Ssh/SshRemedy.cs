using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>How sshd's settings are mended: a drop-in that is read before all others.</summary>
internal static class SshRemedy
{
    /// <summary>Our drop-in.</summary>
    public const string DropIn = "/etc/ssh/sshd_config.d/00-virtward.conf";

    internal const string Directory = "/etc/ssh/sshd_config.d";

    /// <summary>The unit that sshd runs as here.</summary>
    public static string Unit(AuditFacts facts) => facts.Distribution.Choose("sshd", "ssh");

    /// <summary>Sets lines for an sshd.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="instance">Which sshd.</param>
    /// <param name="keywords">The keywords that the lines set, in lower case.</param>
    /// <param name="lines">The lines.</param>
    public static Remedy Set(AuditFacts facts, SshInstance instance, ImmutableArray<string> keywords, params ReadOnlySpan<string> lines)
    {
        List<string> steps = [];
        SshdConfig config = instance.Config;
        if (!instance.IsMain)
        {
            steps.Add($"# {config.Path}: before every other line that sets them, and before the first Match");
            steps.AddRange(lines);
            steps.Add($"sshd -t -f {config.Path}");
            steps.Add("restart that sshd; keep a session open until a new login has worked");
            return new Remedy($"Set {Names(lines)} in {config.Path}.") { Steps = [.. steps], Risk = Risk.Lockout, Undo = $"put the former lines back in {config.Path} and restart that sshd" };
        }

        SshdLine? include = config.IncludeOf(Directory);
        if (include is null && config.Exists)
        {
            steps.Add($"# {config.Path}: the first line");
            steps.Add($"Include {Directory}/*.conf");
        }

        steps.Add($"# {DropIn} (mode 0600)");
        steps.AddRange(lines);
        foreach (SshdLine line in keywords.SelectMany(keyword => config.Setting(keyword, null)).Where(line => IsBefore(line, include)))
        {
            steps.Add($"# {line.Place}: take out \"{line.Text}\", which is read first and so would win");
        }

        steps.Add("sshd -t");
        steps.Add($"systemctl reload {Unit(facts)}");
        steps.Add("ssh to this host from a second terminal, and close this session only when that has worked");
        return new Remedy($"Set {Names(lines)} in a drop-in that sshd reads first.")
        {
            Steps = [.. steps],
            Risk = Risk.Lockout,
            Undo = $"take these lines out of {DropIn} again; sshd -t && systemctl reload {Unit(facts)}",
        };
    }

    /// <summary>Whether a line is read before our drop-in, so that it would win.</summary>
    internal static bool IsBefore(SshdLine line, SshdLine? include) =>
        line.Path.StartsWith(Directory + "/", StringComparison.Ordinal)
            ? string.CompareOrdinal(line.Path, DropIn) < 0
            : include is not null && line.Order < include.Order && line.Path != DropIn;

    private static string Names(ReadOnlySpan<string> lines)
    {
        List<string> names = [];
        foreach (string line in lines)
        {
            names.Add(line.Split(' ')[0]);
        }

        return string.Join(", ", names.Distinct(StringComparer.Ordinal));
    }
}
