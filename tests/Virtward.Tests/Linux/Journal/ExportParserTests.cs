using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Time;
using Virtward.Linux.Journal;
using Xunit;

namespace Virtward.Tests.Linux.Journal;

public sealed class ExportParserTests
{
    [Fact]
    public void Reads_text_and_binary_fields_in_pieces_of_any_size()
    {
        byte[] input =
        [
            .. "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795293891388373\n_PID=100\n_UID=0\nMESSAGE=a=b\n_SYSTEMD_UNIT=ssh.service\n\n"u8,
            .. "\n__CURSOR=s=3\nSYSLOG_IDENTIFIER=sshd\n"u8,
            .. Binary("MESSAGE", "two\nlines\0"u8),
            .. Binary("_COMM", ""u8),
            .. "_PID=nonsense\n\n"u8,
        ];
        for (int piece = 1; piece <= input.Length; piece++)
        {
            Assert.Equal(
                [
                    "s=1;i=2 1795293891388373 [ssh.service,,100,0] a=b",
                    $"s=3 {UnixTime.None.Microseconds} sshd[,,0,-1] two\nlines\0",
                ],
                Parse(input, piece));
        }
    }

    [Fact]
    public void A_message_that_is_too_long_is_cut_and_marked()
    {
        var parser = new ExportParser();
        byte[] input = [.. Binary("MESSAGE", new byte[300_000]), .. "\n"u8, .. "MESSAGE="u8, .. new byte[300_000].Select(_ => (byte)'x'), .. "\n\nMESSAGE=short\n\n"u8];
        ReadOnlySpan<byte> rest = input;
        for (int i = 0; i < 2; i++)
        {
            Assert.True(parser.TryParse(ref rest));
            Assert.True(parser.Entry.IsCut);
            Assert.Equal(64 * 1024, parser.Entry.Message.Length);
        }

        Assert.True(parser.TryParse(ref rest));
        Assert.False(parser.Entry.IsCut);
        Assert.Equal("short", Encoding.ASCII.GetString(parser.Entry.Message));
    }

    [Fact]
    public void Garbage_neither_throws_nor_grows()
    {
        var random = new Random(5);
        for (int round = 0; round < 2000; round++)
        {
            var parser = new ExportParser();
            byte[] input = new byte[random.Next(300)];
            random.NextBytes(input);
            foreach (ref byte b in input.AsSpan())
            {
                b = random.Next(4) == 0 ? "\n=\nM"u8[random.Next(4)] : b;
            }

            ReadOnlySpan<byte> rest = input;
            while (parser.TryParse(ref rest))
            {
                Assert.True(parser.Entry.Message.Length <= input.Length);
            }

            Assert.True(rest.IsEmpty);
        }
    }

    [Fact]
    public void The_child_is_asked_for_exactly_this()
    {
        ImmutableArray<ImmutableArray<JournalMatch>> any = [[new JournalMatch("_COMM", "sshd"), new JournalMatch("_UID", "0")], [new JournalMatch("_COMM", "a b;c")]];
        Assert.Equal(
            ["--output=export", "--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,_COMM,_PID,_UID", "--follow", "--no-tail", "--quiet", "--no-pager", "--since=@1795293891", "_COMM=sshd", "_UID=0", "+", "_COMM=a b;c"],
            CommandJournalReader.Arguments(new JournalQuery { AnyOf = any, Since = new UnixTime(1795293891388373) }));
        Assert.Contains("--after-cursor=s=1", CommandJournalReader.Arguments(new JournalQuery { AfterCursor = "s=1" }));
    }

    private static List<string> Parse(byte[] input, int piece)
    {
        var parser = new ExportParser();
        var entries = new List<string>();
        for (int at = 0; at < input.Length; at += piece)
        {
            ReadOnlySpan<byte> part = input.AsSpan(at, Math.Min(piece, input.Length - at));
            while (parser.TryParse(ref part))
            {
                JournalEntry e = parser.Entry;
                entries.Add($"{parser.Cursor} {e.Time.Microseconds} {Text(e.Identifier)}[{Text(e.Unit)},{Text(e.Command)},{e.ProcessId},{e.UserId}] {Text(e.Message)}");
            }
        }

        return entries;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private static byte[] Binary(string name, ReadOnlySpan<byte> value)
    {
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, value.Length);
        return [.. Encoding.ASCII.GetBytes(name), (byte)'\n', .. size, .. value, (byte)'\n'];
    }
}
