using Virtward.Core.Host;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban;
using Virtward.Guard.Fail2Ban.Import;
using Virtward.Linux;
using Xunit;

namespace Virtward.Host.Tests.Fail2Ban;

/// <summary>fail2ban's configuration as its package installs it, read from the real files.</summary>
public sealed class InstalledTests(ITestOutputHelper output)
{
    private const string Directory = "/etc/fail2ban";

    [Fact]
    public void Every_shipped_filter_loads()
    {
        SkipWithoutPackage();
        var files = new HostTextFiles();
        var settings = new Fail2BanSettings(TimeProvider.System, TimeZoneInfo.Utc);
        int loaded = 0;
        int unfiltered = 0;
        foreach (string path in files.List(Directory + "/filter.d").Where(path => path.EndsWith(".conf", StringComparison.Ordinal) && !path.EndsWith("common.conf", StringComparison.Ordinal)))
        {
            Result<Fail2BanFilter> filter = Fail2BanFilter.Load(files, path, new Dictionary<string, string>(), settings);
            Assert.True(filter.IsOk, filter.Problem?.ToString());
            loaded++;
            if (!filter.Value.Unfiltered.IsEmpty)
            {
                unfiltered++;
                output.WriteLine($"{filter.Value.Name}: no literal for {string.Join(" and ", filter.Value.Unfiltered)}");
            }
        }

        output.WriteLine($"{loaded} filters load, {unfiltered} of them look at every line");
        Assert.True(loaded > 50, $"only {loaded} filters were found");
    }

    [Fact]
    public void The_installed_jails_with_the_guides_own_on_top_import()
    {
        SkipWithoutPackage();
        var files = new Overlay(new HostTextFiles(), Directory + "/jail.local", """
            [DEFAULT]
            bantime = 3600
            action = %(action_mwl)s
            [sshd]
            enabled = true
            maxretry = 3
            [sshd-ddos]
            enabled = true
            port = ssh
            logpath = %(sshd_log)s
            [recidive]
            enabled = true
            banaction = %(banaction_allports)s
            [nginx-http-auth]
            enabled = true
            [postfix-sasl]
            enabled = true
            """);
        Result<ImportResult> import = Fail2BanImport.Read(files);
        Assert.True(import.IsOk, import.Problem?.ToString());
        output.WriteLine(import.Value.Policy);
        output.WriteLine(string.Join('\n', import.Value.Notes));
        PolicyReading policy = PolicyReader.Read(import.Value.Policy, "imported.yaml");
        Assert.True(policy.IsOk, string.Join('\n', policy.Problems));
        Assert.Equal(["nginx-http-auth", "postfix-sasl", "recidive", "sshd", "sshd-ddos"], policy.Policy.Guard.Jails.Select(jail => jail.Name).Order());
        Assert.DoesNotContain(import.Value.Notes, note => note.Text.Contains("left out", StringComparison.Ordinal));
        Assert.Contains(import.Value.Notes, note => note.ToString().Contains("sendmail-whois-lines", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_shipped_jail_imports_into_a_policy_that_reads_back()
    {
        SkipWithoutPackage();
        Result<ImportResult> import = Fail2BanImport.Read(new Overlay(new HostTextFiles(), Directory + "/jail.local", "[DEFAULT]\nenabled = true\ncfemail = x\ncfapikey = x"));
        Assert.True(import.IsOk, import.Problem?.ToString());
        PolicyReading policy = PolicyReader.Read(import.Value.Policy, "imported.yaml");
        Assert.True(policy.IsOk, string.Join('\n', policy.Problems));
        output.WriteLine($"{import.Value.Jails.Length} jails, {import.Value.Notes.Length} notes");
        output.WriteLine(string.Join('\n', import.Value.Notes.Where(note => note.Text.Contains("left out", StringComparison.Ordinal) || note.Text.Contains("problem", StringComparison.Ordinal))));
        Assert.True(import.Value.Jails.Length > 60, $"only {import.Value.Jails.Length} jails");
    }

    [Fact]
    public void Another_root_is_read_like_the_hosts_own()
    {
        string root = Path.Combine(Path.GetTempPath(), $"virtward-{Guid.NewGuid():N}");
        System.IO.Directory.CreateDirectory(root + "/etc/x.d");
        try
        {
            File.WriteAllText(root + "/etc/x.d/b.conf", "\ufeffé");
            File.WriteAllText(root + "/etc/x.d/a.conf", new string('a', 100));
            var files = new HostTextFiles(root);
            Assert.Equal(["/etc/x.d/a.conf", "/etc/x.d/b.conf"], files.List("/etc/x.d"));
            Assert.Empty(files.List("/etc/none"));
            Assert.True(files.Exists("/etc/x.d/a.conf"));
            Assert.False(files.Exists("/etc/x.d"));
            Assert.Equal("é", files.ReadText("/etc/x.d/b.conf", 100).Value);
            Assert.Equal(100, files.ReadText("/etc/x.d/a.conf", 100).Value.Length);
            Assert.Contains("larger than 99 bytes", files.ReadText("/etc/x.d/a.conf", 99).Problem!.ToString(), StringComparison.Ordinal);
            Assert.Contains("no such file", files.ReadText("/etc/x.d/c.conf", 99).Problem!.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            System.IO.Directory.Delete(root, recursive: true);
        }
    }

    private static void SkipWithoutPackage()
    {
        if (!File.Exists(Directory + "/jail.conf"))
        {
            Assert.Skip("the fail2ban package is not installed");
        }
    }

    /// <summary>One more file on top of a tree.</summary>
    private sealed class Overlay(ITextFiles files, string path, string text) : ITextFiles
    {
        public Result<string> ReadText(string asked, int maxBytes) => asked == path ? text : files.ReadText(asked, maxBytes);

        public IReadOnlyList<string> List(string directory) => files.List(directory);

        public bool Exists(string asked) => asked == path || files.Exists(asked);
    }
}
