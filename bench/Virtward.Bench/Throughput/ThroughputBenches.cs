using System.Globalization;

namespace Virtward.Bench.Throughput;

/// <summary>The benches that go through a generated log: <c>match</c>, <c>replay</c>, <c>jails</c>.</summary>
internal static class ThroughputBenches
{
    private const string Fail2BanSshd = "/etc/fail2ban/filter.d/sshd.conf";

    /// <summary>Filters alone.</summary>
    public static int Match(BenchOptions options)
    {
        var contest = new Contest("match: read and match, nothing else", options);
        contest.Run(Peers.Grep());
        contest.Run(Filter("virtward, built-in filter sshd", "sshd"));
        if (File.Exists(Fail2BanSshd))
        {
            contest.Run(Filter("virtward, fail2ban's sshd.conf as it is", Fail2BanSshd));
        }

        string own = WriteRegexFilter(options);
        contest.Run(Filter("virtward, an administrator's two regular expressions", own));
        if (Peers.Find("fail2ban-regex") is not null)
        {
            contest.Run(Peers.Fail2Ban("fail2ban-regex, the same two", own));
        }

        foreach (Competitor peer in Peers.Installed())
        {
            contest.Run(peer);
        }

        contest.Print();
        return 0;
    }

    /// <summary>The whole program: read, match, jails, bans, events as JSON.</summary>
    public static int Replay(BenchOptions options)
    {
        var contest = new Contest("replay: the whole program, virtward guard replay LOG --json", options);
        contest.Run(Peers.Grep());
        contest.Run(new Competitor("virtward guard replay, sshd alone", log => [options.Virtward, "guard", "replay", log, "--json", "--filter", "sshd"])
        {
            Count = Summary,
        });
        contest.Run(new Competitor("virtward guard replay, the built-in policy", log => [options.Virtward, "guard", "replay", log, "--json"])
        {
            Count = Summary,
        });
        foreach (Competitor peer in Peers.Installed())
        {
            contest.Run(peer);
        }

        contest.Print();
        return 0;
    }

    /// <summary>What the jails add to the filters.</summary>
    public static int Jails(BenchOptions options)
    {
        var contest = new Contest("jails: filter alone, and filter with jails, prefix bans and siege", options);
        contest.Run(Peers.Grep());
        double filter = contest.Run(Filter("virtward, filter sshd", "sshd"));
        double both = contest.Run(new Competitor("virtward, filter sshd and jails", log => LibraryChild.Command(LibraryChild.Jails, "sshd", log))
        {
            Count = child => child.LastOutput.Replace(" ", " sightings, bans ", StringComparison.Ordinal),
        });
        contest.Print();
        double nanoseconds = (1e9 / both) - (1e9 / filter);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the jails add {nanoseconds:0} ns of CPU a line"));
        return 0;
    }

    private static Competitor Filter(string name, string filter) =>
        new(name, log => LibraryChild.Command(LibraryChild.Match, filter, log)) { Count = child => child.LastOutput };

    // The second line of the replay's summary on stderr: "N bans, N prefix bans: …".
    private static string Summary(Child child) => child.Errors.Split('\n').Skip(1).FirstOrDefault("").Split(':')[0];

    // Written by us, in fail2ban's own form, so that both read the very same file.
    private static string WriteRegexFilter(BenchOptions options)
    {
        string path = Path.Combine(options.Work, "two-regexes.conf");
        Directory.CreateDirectory(options.Work);
        File.WriteAllText(path, """
            [Definition]
            failregex = sshd\[\d+\]: Failed password for (?:invalid user )?.{0,100} from <HOST> port \d+ ssh2$
                        sshd\[\d+\]: Invalid user .{0,100} from <HOST> port \d+$
            ignoreregex =

            """);
        return path;
    }
}
