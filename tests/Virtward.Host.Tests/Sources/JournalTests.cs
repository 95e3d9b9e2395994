using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Guard.Sources;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Sources;

/// <summary>Real journal files, through libsystemd and through journalctl: both must say the same.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("virtward-journal-").FullName;
    private readonly JournalSink _sink = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Follows_entries_with_their_fields(bool library)
    {
        using var journal = new JournalFile(_directory);
        journal.Add("ssh.service", "sshd", "before"u8);
        Assert.True(Wait.For(() => Directory.GetFiles(_directory, "*.journal").Length > 0));
        using var running = new RunningSources(Ssh(), _sink, allowLibrary: library);
        Arrives(1);
        journal.Add("cron.service", "cron", "another unit"u8);
        journal.Add("ssh.service", "sshd", "while we follow \0\xff\n with any bytes"u8);
        journal.Add("other.service", "sshd-session", "by its name"u8);
        Arrives(3);
        Assert.Equal(
            [
                "sshd[ssh.service,sshd,1001,0] before",
                "sshd[ssh.service,sshd,1003,0] while we follow \0\u00c3\u00bf\n with any bytes",
                "sshd-session[other.service,sshd-session,1004,0] by its name",
            ],
            _sink.Lines);
        Assert.Equal([journal.Start + 1, journal.Start + 3, journal.Start + 4], _sink.Times);
        Assert.DoesNotContain(_sink.Troubles, IsOfConcern);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Goes_on_after_its_cursor(bool library)
    {
        using var journal = new JournalFile(_directory);
        journal.Add("ssh.service", "sshd", "1"u8);
        journal.Add("ssh.service", "sshd", "2"u8);
        Assert.True(Wait.For(() => Directory.GetFiles(_directory, "*.journal").Length > 0));
        using var running = new RunningSources(Ssh(), _sink, allowLibrary: library);
        Arrives(2);
        running.Stop();
        journal.Add("ssh.service", "sshd", "3"u8);
        running.Start();
        Arrives(3);
        running.Stop();
        running.Start();
        journal.Add("ssh.service", "sshd", "4"u8);
        Arrives(4);
        Assert.Equal(["1", "2", "3", "4"], _sink.Lines.Select(line => line[^1..]));
        Assert.DoesNotContain(_sink.Troubles, IsOfConcern);
    }

    [Fact]
    public void A_cursor_whose_entry_was_vacuumed_goes_on_at_the_nearest_and_says_so_once()
    {
        using (var first = new JournalFile(_directory, "a.journal"))
        {
            first.Add("ssh.service", "sshd", "1"u8, secondsBack: 100);
        }

        using var running = new RunningSources(Ssh(), _sink);
        Arrives(1);
        running.Stop();
        File.Delete(Path.Combine(_directory, "a.journal"));
        using (var second = new JournalFile(_directory, "b.journal"))
        {
            second.Add("ssh.service", "sshd", "2"u8);
            second.Add("ssh.service", "sshd", "3"u8);
        }

        running.Start();
        Arrives(3);
        Assert.Equal(["1", "2", "3"], _sink.Lines.Select(line => line[^1..]));
        Assert.Single(_sink.Troubles, trouble => trouble.Contains("may have been missed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense", true)]
    [InlineData("s=zz;i=1", true)]
    [InlineData("", true)]
    [InlineData("nonsense", false)]
    public void A_damaged_cursor_counts_as_none_and_says_so(string cursor, bool library)
    {
        using (var journal = new JournalFile(_directory))
        {
            journal.Add("ssh.service", "sshd", "1"u8);
        }

        using var running = new RunningSources(Ssh(), _sink, allowLibrary: library);
        Arrives(1);
        running.Stop();
        running.Saved = [new SourcePosition("journal:sshd", cursor)];
        running.Start();
        Arrives(2);
        Assert.Single(_sink.Troubles, trouble => trouble.Contains("cannot be used", StringComparison.Ordinal));
    }

    [Fact]
    public void A_message_that_is_too_long_is_skipped()
    {
        using (var journal = new JournalFile(_directory))
        {
            journal.Add("ssh.service", "sshd", new byte[(64 * 1024) + 1].AsSpan());
            journal.Add("ssh.service", "sshd", new byte[200_000].AsSpan());
            journal.Add("ssh.service", "sshd", "short"u8);
        }

        foreach (bool library in (bool[])[true, false])
        {
            var sink = new JournalSink();
            using var running = new RunningSources(Ssh(), sink, allowLibrary: library);
            Assert.True(Wait.For(() => !sink.Lines.IsEmpty));
            running.Stop();
            Assert.Equal(["sshd[ssh.service,sshd,1003,0] short"], sink.Lines);
        }
    }

    [Fact]
    public void A_damaged_file_does_not_stop_the_others()
    {
        using (var good = new JournalFile(_directory, "good.journal"))
        {
            good.Add("ssh.service", "sshd", "good"u8);
        }

        File.WriteAllBytes(Path.Combine(_directory, "bad.journal"), new byte[100_000]);
        using (var half = new JournalFile(_directory, "half.journal"))
        {
            for (int i = 0; i < 1000; i++)
            {
                half.Add("ssh.service", "sshd", "half"u8);
            }
        }

        using (FileStream file = File.OpenWrite(Path.Combine(_directory, "half.journal")))
        {
            file.Position = 4096;
            byte[] garbage = new byte[200_000];
            new Random(1).NextBytes(garbage);
            file.Write(garbage);
        }

        using var running = new RunningSources(Ssh(), _sink);
        Assert.True(Wait.For(() => _sink.Lines.Any(line => line.EndsWith("good", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_directory_that_appears_later_is_found()
    {
        string later = Path.Combine(_directory, "later");
        using var running = new RunningSources(Ssh() with { Directory = later }, _sink);
        Assert.True(Wait.For(() => !_sink.Troubles.IsEmpty));
        Directory.CreateDirectory(later);
        using (var journal = new JournalFile(later))
        {
            journal.Add("ssh.service", "sshd", "here"u8);
        }

        Arrives(1);
    }

    /// <summary>journalctl ends on a journal that has no entry yet, and is started again.</summary>
    private static bool IsOfConcern(string trouble) => !trouble.Contains("is started again", StringComparison.Ordinal);

    private SourceDefinition.Journal Ssh()
    {
        ImmutableArray<ImmutableArray<JournalMatch>> any =
        [
            [new JournalMatch("_SYSTEMD_UNIT", "ssh.service"), new JournalMatch("_SYSTEMD_UNIT", "sshd.service"), new JournalMatch("_COMM", "sshd")],
            [new JournalMatch("_COMM", "sshd-session")],
        ];
        return new SourceDefinition.Journal("sshd", any) { Directory = _directory };
    }

    private void Arrives(int count) =>
        Assert.True(Wait.For(() => _sink.Lines.Count >= count), $"{_sink.Lines.Count} of {count}: {string.Join("; ", _sink.Lines)}; {string.Join("; ", _sink.Troubles)}");
}
