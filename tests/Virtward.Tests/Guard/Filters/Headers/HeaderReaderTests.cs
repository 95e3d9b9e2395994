using System.Text;
using Virtward.Core.Time;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Headers;

public sealed class HeaderReaderTests
{
    [Theory]
    [InlineData("Nov  1 08:02:03 host sshd[77]: hello", "Nov  1 08:02:03", "host", "sshd", 77, "hello")]
    [InlineData("<38>Nov  1 08:02:03 host sshd[77]: hello", "Nov  1 08:02:03", "host", "sshd", 77, "hello")]
    [InlineData("Nov  1 08:02:03 host kernel: [1.2] IN=eth0", "Nov  1 08:02:03", "host", "kernel", 0, "[1.2] IN=eth0")]
    [InlineData("Nov  1 08:02:03 host sudo:     root : TTY=pts/0", "Nov  1 08:02:03", "host", "sudo", 0, "root : TTY=pts/0")]
    [InlineData("Nov  1 08:02:03 sshd[77]: no host", "Nov  1 08:02:03", "", "sshd", 77, "no host")]
    [InlineData("Nov  1 08:02:03 a-host-with-a-long-name.example.org postfix/submission/smtpd[7]: x", "Nov  1 08:02:03", "a-host-with-a-long-name.example.org", "postfix/submission/smtpd", 7, "x")]
    [InlineData("2026-11-01T08:02:03.123456+01:00 host sshd[77]: hello", "2026-11-01T08:02:03.123456+01:00", "host", "sshd", 77, "hello")]
    [InlineData("2026-11-01 08:02:03 host sshd[77]: hello", "2026-11-01 08:02:03", "host", "sshd", 77, "hello")]
    [InlineData("1793520000.5 host sshd[77]: hello", "1793520000.5", "host", "sshd", 77, "hello")]
    [InlineData("<38>1 2026-11-01T08:02:03Z host sshd 77 ID - hello", "2026-11-01T08:02:03Z", "host", "sshd", 77, "hello")]
    [InlineData("<38>1 2026-11-01T08:02:03Z host sshd - - [a b=\"]\\\" \\\\\"][c] hello", "2026-11-01T08:02:03Z", "host", "sshd", 0, "hello")]
    [InlineData("<38>1 - - sshd 77 - - \uFEFFhello", "", "", "sshd", 77, "hello")]
    [InlineData("Nov  1 08:02:03 host sshd[77]: hello \r", "Nov  1 08:02:03", "host", "sshd", 77, "hello")]
    [InlineData("Nov  1 08:02:03 host sshd[77]:", "Nov  1 08:02:03", "host", "sshd", 77, "")]
    public void A_header_is_taken_apart(string line, string stamp, string host, string program, int pid, string message)
    {
        HeaderReader.Read(new LogLine { Text = Encoding.UTF8.GetBytes(line) }, out LogEntry entry);
        Assert.True(entry.HasHeader);
        Assert.Equal(stamp, Encoding.UTF8.GetString(entry.Stamp));
        Assert.Equal(host, Encoding.UTF8.GetString(entry.Host));
        Assert.Equal(program, Encoding.UTF8.GetString(entry.Program));
        Assert.Equal(pid, entry.ProcessId);
        Assert.Equal(message, Encoding.UTF8.GetString(entry.Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("Nov  1 08:02:03")]
    [InlineData("Nov  1 08:02:03 ")]
    [InlineData("Nov  1 08:02:03 host")]
    [InlineData("Nov  1 08:02:03 host sshd")]
    [InlineData("Nov  1 08:02:03 host sshd hello: there")]
    [InlineData("Nov  1 08:02:03 host sshd[7x]: hello")]
    [InlineData("Nov  1 08:02:03 host sshd[77: hello")]
    [InlineData("Nov  1 08:02:03 host sshd[99999999999]: hello")]
    [InlineData("<38>1 2026-11-01T08:02:03Z host sshd 77 ID [unfinished hello")]
    [InlineData("<38>1 2026-11-01T08:02:03Z host")]
    public void What_has_no_header_is_all_message(string line)
    {
        HeaderReader.Read(new LogLine { Text = Encoding.UTF8.GetBytes(line) }, out LogEntry entry);
        Assert.False(entry.HasHeader);
        Assert.Equal(line.TrimEnd(' '), Encoding.UTF8.GetString(entry.Message));
    }

    [Fact]
    public void Remembering_the_last_sender_changes_nothing()
    {
        string[] stamps = ["Nov  1 08:02:03", "2026-11-01T08:02:03Z", "<38>Nov  1 08:02:04", "<38>1 2026-11-01T08:02:03Z", "", "1793520000.5"];
        string[] hosts = [" a", " host", " a-host-with-a-name-beyond-32-bytes", "", " ho", " x y"];
        string[] tags =
        [
            " sshd[77]: hello", " sshd[78] x: hello", " sshd: hello", " sshd", " sshd-session[7]: hello", " CRON[7]:", " ss hd[7]: x", " sshd[]: hello",
            " sshd[123456789]: hello", " sshd[1234567890]: hello", " sshd[12345678901234567890]: hello", " sshd[7]:hello", " sshd[7]:  hello",
            " sshd[7]: message repeated 3 times: [ hello]", " sshd[7]: message repeated 3 times: [ hello] ", " sshd[7]: hello \r", " sshd[7]: ",
        ];
        var random = new Random(4);
        var memory = new SenderMemory();
        int remembered = 0;
        int whole = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] text = Encoding.ASCII.GetBytes(Pick(stamps) + Pick(hosts) + Pick(tags) + new string('x', random.Next(2) * 40));
            var line = new LogLine { Text = text };
            HeaderReader.Read(line, out LogEntry expected);
            if (memory.TryRecallAll(text, UnixTime.None, out LogEntry recalled))
            {
                whole++;
                Assert.True(recalled.IsSameSender && recalled.TagEnd == 0);
                Compare(expected, recalled);
                continue;
            }

            HeaderReader.ReadSender(line, memory, out LogEntry entry);
            remembered += entry.IsSameSender ? 1 : 0;
            HeaderReader.ReadMessage(ref entry);
            Compare(expected, entry);
        }

        Assert.True(remembered > 1_000 && whole > 1_000);

        // Twice the same in a row more often than not.
        string Pick(string[] all) => all[random.Next(4) == 0 ? random.Next(all.Length) : 0];

        static void Compare(in LogEntry expected, in LogEntry entry)
        {
            Assert.Equal((expected.HasHeader, expected.ProcessId, expected.Repeats), (entry.HasHeader, entry.ProcessId, entry.Repeats));
            Assert.Equal(expected.HostHash, entry.HostHash);
            Assert.True(expected.Text.SequenceEqual(entry.Text));
            Assert.True(expected.Stamp.SequenceEqual(entry.Stamp) && expected.Host.SequenceEqual(entry.Host));
            Assert.True(expected.Program.SequenceEqual(entry.Program) && expected.Message.SequenceEqual(entry.Message));
        }
    }

    [Theory]
    [InlineData("message repeated 4 times: [ hello]", "hello", 4)]
    [InlineData("message repeated 99999999 times: [ hello]", "hello", 10_000)]
    [InlineData("message repeated 2 times: [ message repeated 3 times: [ hello]]", "message repeated 3 times: [ hello]", 2)]
    [InlineData("message repeated 0 times: [ hello]", "message repeated 0 times: [ hello]", 1)]
    [InlineData("message repeated  times: [ hello]", "message repeated  times: [ hello]", 1)]
    [InlineData("message repeated 4 times: [ hello", "message repeated 4 times: [ hello", 1)]
    public void A_repeated_message_is_opened_once(string text, string message, int repeats)
    {
        HeaderReader.Read(new LogLine { Text = Encoding.UTF8.GetBytes("Nov  1 08:02:03 host sshd[7]: " + text) }, out LogEntry entry);
        Assert.Equal(message, Encoding.UTF8.GetString(entry.Message));
        Assert.Equal(repeats, entry.Repeats);
    }

    [Fact]
    public void Any_bytes_are_taken_without_an_exception()
    {
        var random = new Random(5);
        string[] pieces = ["Nov  1 08:02:03", " ", "<38>", "1 ", "[", "]", ":", "host", "2026-11-01T08:02:03Z", "-", "\"", "\\", "message repeated ", "7", " times: [", "\0", "\uFEFF", "\r"];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] line = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => pieces[random.Next(pieces.Length)])));
            HeaderReader.Read(new LogLine { Text = line }, out LogEntry entry);
            Assert.True(entry.Text.Length <= line.Length && entry.Message.Length <= line.Length && entry.Stamp.Length + entry.Host.Length <= line.Length);
        }
    }
}
