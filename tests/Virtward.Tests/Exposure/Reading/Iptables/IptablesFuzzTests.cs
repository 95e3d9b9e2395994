using System.Text;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.Ipsets;
using Virtward.Exposure.Reading.Iptables;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure.Reading.Iptables;

/// <summary>Damaged and random texts: an answer every time, bounded by the text, with notes that a terminal can show.</summary>
public sealed class IptablesFuzzTests
{
    private static readonly string[] Pieces =
    [
        "*filter\n", "*nat\n", ":INPUT ACCEPT [0:0]\n", ":x - [0:0]\n", "-A INPUT ", "-A x ", "-j ", "-g x", "-m ", "! ", "--", "-p tcp ", "-s ",
        "/", ":", ",", "\"", "\\",
        "COMMIT\n", "\n", "#", "[1:2] ", "0", "4294967296", "-1", "0x", "::",
        "255.255.255.255/255.0.255.0", "add a ", "create a hash:ip,port ", "tcp:80", "nomatch",
        "--match-set a src,dst ", "--ctstate NEW,DNAT ", "conntrack ", "multiport --ports ",
        "recent --set ", "DNAT --to-destination ", "[", "]:", "\0", "\ud800", "\u2028", "\u001b[2J",
    ];

    [Fact]
    public void Damaged_rulesets_are_read_or_told_of()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "corpus", "exposure", "iptables");
        string[] texts = [.. Directory.EnumerateFiles(folder, "*.save").Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        var random = new Random(20270105);
        for (int round = 0; round < 3_000; round++)
        {
            Check(Damage(texts[round % texts.Length], random), round % 2 == 0);
        }
    }

    [Fact]
    public void Every_beginning_of_a_ruleset_is_read_or_told_of()
    {
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "corpus", "exposure", "iptables", "by-hand.save"));
        for (int length = 0; length <= text.Length; length++)
        {
            Check(text[..length], false);
        }
    }

    [Fact]
    public void Noise_is_read_or_told_of()
    {
        var random = new Random(7);
        for (int round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder(random.Next(3) == 0 ? "" : "*filter\n:INPUT ACCEPT [0:0]\n:x - [0:0]\n");
            for (int i = random.Next(40); i >= 0; i--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]);
            }

            Check(text.ToString(), round % 2 == 0);
        }
    }

    private static void Check(string text, bool v6)
    {
        _ = IpsetReader.Read(text);
        if (!IptablesReader.Read(text, v6, TableOrigin.IptablesNft, null).TryGet(out Ruleset? ruleset, out Problem? problem))
        {
            Assert.DoesNotContain(problem.ToString(), char.IsControl);
            return;
        }

        Assert.All(ruleset.Notes, n => Assert.DoesNotContain(n.ToString(), char.IsControl));
        Assert.InRange(ruleset.Tables.Sum(t => t.Chains.Sum(c => c.Rules.Length)), 0, text.Length);
        _ = SavedModelText.Of(ruleset);
    }

    private static string Damage(string text, Random random)
    {
        var damaged = new StringBuilder(text);
        for (int i = random.Next(5); i >= 0 && damaged.Length > 0; i--)
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
                    damaged.Insert(at, damaged.ToString(at, random.Next(Math.Min(2_000, damaged.Length - at))));
                    break;
                default:
                    damaged.Length = at + 1;
                    break;
            }
        }

        return damaged.ToString();
    }
}
