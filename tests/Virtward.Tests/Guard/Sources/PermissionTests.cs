using Xunit;

namespace Virtward.Tests.Guard.Sources;

public sealed class PermissionTests
{
    [Fact]
    public void A_new_file_that_cannot_be_opened_for_a_moment_is_read_whole_when_it_can()
    {
        var bench = new FakeLogBench(polling: false);
        using var log = new Follower(bench, "auth.log");
        log.Append("auth.log", "1\n");
        log.Settle();
        bench.Rename("/var/auth.log", "/var/auth.log.1");
        bench.Unreadable.Add("/var/auth.log");
        log.Append("auth.log", "2\n");
        log.Append("auth.log.1", "still the old one\n");
        log.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(["1", "still the old one"], log.Lines);
        Assert.Equal(["cannot open the log file: /var/auth.log (Permission denied)"], log.Sink.Troubles);

        bench.Unreadable.Clear();
        log.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(["1", "still the old one", "2"], log.Lines);
    }
}
