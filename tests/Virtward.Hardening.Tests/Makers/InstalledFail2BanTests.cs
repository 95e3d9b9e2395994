using System.Diagnostics;
using System.Text.RegularExpressions;
using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

/// <summary>Our file beside fail2ban's own as its package installs them, in a folder of the test's own: fail2ban itself says what it reads.</summary>
public sealed partial class InstalledFail2BanTests : IDisposable
{
    private const string Installed = "/etc/fail2ban";

    // The hardening guide's file, with a list of a jail's own.
    private const string Guide = """
        [DEFAULT]
        ignoreip = 127.0.0.1/8 198.51.100.7
        bantime = -1
        maxretry = 2
        findtime = 2d
        action = %(action_mwl)s
        [sshd]
        enabled = true
        port = ssh
        [sshd-ddos]
        enabled = true
        port = ssh
        logpath = %(sshd_log)s
        [recidive]
        enabled = true
        backend = systemd
        banaction = %(banaction_allports)s
        ignoreip = 198.51.100.8, 2001:db8::7
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("virtward-f2b-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Fail2Ban_takes_the_file_and_reads_from_it_what_we_read()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fail2ban-client") && File.Exists(Installed + "/jail.conf"), "fail2ban is not installed");
        TestHost host = Copied();
        File.WriteAllText(Path.Combine(_folder, "jail.local"), Guide);
        AuditFacts before = host.Config(Installed + "/jail.local", Guide).Facts(Profile.Isolated, PolicyReader.Read("version: 1\nguard: { never-ban: [\"2001:db8:7::/48\"], jails: { sshd: {} } }\n", "p").Policy!);
        (int refused, string why) = Run("--test");
        Assert.True(refused != 0, why);

        MadeChanges made = Fail2BanChange.Of(before, before.Policy);
        FileStep file = Assert.Single(made.Changes[0].Steps.OfType<FileStep>());
        File.WriteAllText(Path.Combine(_folder, Path.GetRelativePath(Installed, file.Path)), file.Content);
        (int code, string said) = Run("--test");
        Assert.True(code == 0, said);

        (code, string dump) = Run("-d");
        Assert.True(code == 0, dump);
        Fail2BanConfig config = Applied.On(before, made).Guarding.Fail2Ban!;
        Assert.Equal(["recidive", "sshd"], config.Jails.Select(static jail => jail.Name).Order(StringComparer.Ordinal));
        Assert.Equal(config.Jails.Select(static jail => jail.Name).Order(StringComparer.Ordinal), Words(dump, "'add'").Select(static words => words[1]).Order(StringComparer.Ordinal));
        foreach (Fail2BanJail jail in config.Jails)
        {
            Assert.Equal(jail.Ignored, Words(dump, $"'set', '{jail.Name}', 'addignoreip'").SelectMany(static words => words[3..]).Select(static word => Core.Net.Prefix.TryParseLenient(word, out Core.Net.Prefix prefix, out _) ? prefix : default));
            Assert.Contains(Core.Net.Prefix.Parse("192.168.1.0/24"), jail.Ignored);
            Assert.Contains(Core.Net.Prefix.Parse("2001:db8:7::/48"), jail.Ignored);
            Assert.Equal(jail.BanTime, Fail2BanJail.Seconds(Words(dump, $"'set', '{jail.Name}', 'bantime'").Single()[3]));
            Assert.Equal(jail.FindTime, Fail2BanJail.Seconds(Words(dump, $"'set', '{jail.Name}', 'findtime'").Single()[3]));
            Assert.Equal(jail.MaxRetry.ToString(), Words(dump, $"'set', '{jail.Name}', 'maxretry'").Single()[3]);
            Assert.Equal(jail.Actions, Words(dump, $"'set', '{jail.Name}', 'addaction'").Select(static words => words[3]));
            Assert.Equal(["nftables"], jail.Actions);
        }

        string ports = Words(dump, "'multi-set', 'sshd', 'action'").Single() is { } multi ? string.Join(' ', multi) : "";
        Assert.Contains("ssh,2222", ports, StringComparison.Ordinal);
    }

    private TestHost Copied()
    {
        TestHost host = new TestHost().Units("fail2ban.service").Dpkg("fail2ban", "python3-systemd", "nftables").State("/var/log/dpkg.log", 644)
            .Listeners(TestHost.Socket("tcp", "0.0.0.0", 2222, "ssh", "sshd"));
        foreach (string path in Directory.EnumerateFiles(Installed, "*", SearchOption.AllDirectories).Where(static path => !path.EndsWith("jail.local", StringComparison.Ordinal)))
        {
            string copy = Path.Combine(_folder, Path.GetRelativePath(Installed, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
            host = path.Contains("/filter.d/", StringComparison.Ordinal) ? host.State(path, 644) : path.Contains("/action.d/", StringComparison.Ordinal) ? host : host.Config(path, File.ReadAllText(path));
        }

        return host;
    }

    private (int Code, string Output) Run(string what)
    {
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/fail2ban-client", ["-c", _folder, what]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + (process.ExitCode == 0 ? "" : errors.Result));
    }

    // Python's own form of lists: ['set', 'sshd', 'maxretry', 3].
    private static IEnumerable<string[]> Words(string dump, string begin) => dump.Split('\n').Where(line => line.StartsWith($"[{begin}", StringComparison.Ordinal))
        .Select(static line => Word().Matches(line).Select(static match => match.Groups[1].Success ? match.Groups[1].Value : match.Value).ToArray());

    [GeneratedRegex("'([^']*)'|[0-9A-Za-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
