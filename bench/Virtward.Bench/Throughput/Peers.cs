using System.Text.RegularExpressions;

namespace Virtward.Bench.Throughput;

/// <summary>The programs that ours is held against, where they are installed.</summary>
internal static class Peers
{
    private const string Needle = "Failed password for";
    private static readonly string[] SshguardParsers = ["/usr/libexec/sshguard/sshg-parser", "/usr/lib/x86_64-linux-gnu/sshg-parser", "/usr/libexec/sshg-parser"];

    /// <summary>The yardstick: grep for one literal, as bytes.</summary>
    public static Competitor Grep() => new("grep -cF", log => ["grep", "-cF", Needle, log]) { Count = child => child.LastOutput };

    /// <summary>sshguard's parser, fail2ban-regex on a slice, CrowdSec's parsers on a slice; says on stderr which of them is missing.</summary>
    public static IEnumerable<Competitor> Installed()
    {
        if (SshguardParsers.FirstOrDefault(File.Exists) is { } parser)
        {
            yield return new Competitor($"sshg-parser {Version("sshguard", "-v")}", Competitor.OnStdin(parser));
        }
        else
        {
            Console.Error.WriteLine("bench: sshguard is not installed, and left out");
        }

        if (Find("fail2ban-regex") is { } regex)
        {
            yield return Fail2Ban($"fail2ban-regex {Version(regex, "--version")}, its sshd filter", "/etc/fail2ban/filter.d/sshd.conf");
        }
        else
        {
            Console.Error.WriteLine("bench: fail2ban is not installed, and left out");
        }

        if (Find("crowdsec") is { } crowdsec)
        {
            yield return new Competitor(
                $"crowdsec {Version(crowdsec, "-version")}, its installed parsers",
                log => [crowdsec, "-no-api", "-type", "syslog", "-dsn", $"file://{log}"]) { MaxLines = 100_000 };
        }
        else
        {
            Console.Error.WriteLine("bench: crowdsec is not installed, and left out");
        }
    }

    /// <summary>fail2ban's own tester with one filter, as fast as it can be asked to be.</summary>
    public static Competitor Fail2Ban(string name, string filter) => new(
        name,
        log => ["fail2ban-regex", "--no-check-all", log, filter])
    {
        MaxLines = 50_000,
        Count = child => Regex.Match(child.LastOutput, @"(\d+) matched").Groups[1].Value,
    };

    /// <summary>A program on the path or where administrators' programs are; null where it is missing.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
            .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static string Version(string program, string option)
    {
        if (Find(Path.GetFileName(program)) is not { } found)
        {
            return "";
        }

        Child child = Child.Run([found, option]);
        return Regex.Match(child.LastOutput + child.Errors, @"\d+(\.\d+)+").Value;
    }
}
