using System.Text;
using Virtward.Guard.Filters.Needles;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Needles;

public sealed class NeedleScannerTests
{
    [Fact]
    public void Finds_what_a_naive_search_finds()
    {
        var random = new Random(11);
        for (int round = 0; round < 2_000; round++)
        {
            // Few letters, so that there are many needles, nearly needles and overlaps; some bytes that are no ASCII.
            int letters = random.Next(2, 40);
            uint[] needles = [.. Enumerable.Range(0, random.Next(1, 70)).Select(_ => Word(random, letters)).Distinct()];
            byte[] text = [.. Enumerable.Range(0, random.Next(300)).Select(_ => random.Next(60) == 0 ? (byte)random.Next(128, 256) : Letter(random, letters))];
            for (int i = random.Next(4); i > 0 && text.Length >= 4; i--)
            {
                // At random places, at the end also.
                BitConverter.TryWriteBytes(text.AsSpan(random.Next(2) == 0 ? text.Length - 4 : random.Next(text.Length - 3)), needles[0]);
            }

            // A sample makes it look at two bytes of four where that is enough, whether it is like the text or not.
            byte[] sample = random.Next(3) switch { 0 => [], 1 => text, _ => new byte[1000] };
            var scanner = new NeedleScanner([.. needles.Select((needle, index) => (needle, (ulong)index))], sample);
            var expected = new List<(int Place, ulong Mark)>();
            for (int at = 0; at + 4 <= text.Length; at++)
            {
                int index = Array.IndexOf(needles, BitConverter.ToUInt32(text, at));
                if (index >= 0)
                {
                    expected.Add((at, (ulong)index));
                }
            }

            Assert.Equal(expected, Find(scanner, text, new int[NeedleScanner.MostInStep + random.Next(40)]));
        }
    }

    [Fact]
    public void Nothing_is_found_across_the_end_of_the_text()
    {
        var scanner = new NeedleScanner([(Needle.At("Fail"u8), 1)]);
        byte[] buffer = Encoding.ASCII.GetBytes(new string('x', 60) + "Fail");
        for (int length = 0; length < buffer.Length; length++)
        {
            int from = 0;
            Assert.Equal(0, scanner.Find(buffer.AsSpan(0, length), ref from, new int[64]));
        }
    }

    private static List<(int Place, ulong Mark)> Find(NeedleScanner scanner, byte[] text, int[] room)
    {
        var all = new List<(int, ulong)>();
        for (int from = 0; from <= text.Length - Needle.Length;)
        {
            int count = scanner.Find(text, ref from, room);
            all.AddRange(room.Take(count).Select(place => (place, scanner.MarkAt(text, place))));
        }

        return all;
    }

    private static uint Word(Random random, int letters) =>
        BitConverter.ToUInt32([Letter(random, letters), Letter(random, letters), Letter(random, letters), Letter(random, letters)]);

    private static byte Letter(Random random, int letters) => (byte)(' ' + (random.Next(letters) * 37 % 95));
}
