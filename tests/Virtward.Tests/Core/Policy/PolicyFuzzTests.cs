using System.Text;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Xunit;

namespace Virtward.Tests.Core.Policy;

/// <summary>Random damage to valid files: an answer every time, and one of the two.</summary>
public sealed class PolicyFuzzTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ": ", "- ", "-", ",", "\n", "\t", " ", "  ", "#", "&a ", "*a", "!!binary ", "|", ">", "'", "\"", "\\", "\\x",
        "\"\\UFFFFFFFF\"",
        "? ", "%YAML 1.1\n", "---\n", "...\n", "\0", "\u0085", "\u2028", "\ud800", "\ufeff", "~", "null", "-1", "1e999",
        "99999999999999999999", "0x10", "10m", "::", "1.2.3.4/0",
        "<<: *a", "@", "`", "=",
    ];

    [Fact]
    public void Damaged_policies_are_read_or_told_of()
    {
        var random = new Random(20261121);
        int read = 0;
        int told = 0;
        for (int round = 0; round < 5_000; round++)
        {
            string text = Damage(round % 2 == 0 ? PolicyReaderTests.EveryKey : DefaultPolicy.Text, random);
            PolicyReading reading = PolicyReader.Read(text, "p");

            Assert.Equal(reading.IsOk, reading.Problems.IsEmpty);
            Assert.All(reading.Problems, problem => Assert.DoesNotContain(problem.ToString(), char.IsControl));
            _ = reading.IsOk ? read++ : told++;
        }

        // Both ways must be taken often, or the damage is of one kind only.
        Assert.True(read > 100 && told > 1_000, $"{read} read, {told} told of");
    }

    [Fact]
    public void Noise_is_told_of()
    {
        var random = new Random(7);
        for (int round = 0; round < 3_000; round++)
        {
            var text = new StringBuilder();
            for (int i = random.Next(60); i >= 0; i--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]);
            }

            Assert.NotEmpty(PolicyReader.Read(text.ToString(), "p").Problems);
        }
    }

    private static string Damage(string text, Random random)
    {
        var damaged = new StringBuilder(text);
        for (int i = random.Next(4); i >= 0 && damaged.Length > 0; i--)
        {
            int at = random.Next(damaged.Length);
            switch (random.Next(5))
            {
                case 0:
                    damaged.Remove(at, Math.Min(random.Next(1, 30), damaged.Length - at));
                    break;
                case 1:
                    damaged.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    damaged[at] = (char)random.Next(1, 0x180);
                    break;
                case 3:
                    damaged.Insert(at, damaged.ToString(at, random.Next(damaged.Length - at)));
                    break;
                default:
                    damaged.Length = at + 1;
                    break;
            }
        }

        return damaged.ToString();
    }
}
