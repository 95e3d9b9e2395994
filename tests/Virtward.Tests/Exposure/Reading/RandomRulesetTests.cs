using System.Globalization;
using System.Net;
using System.Text;
using Virtward.Core.Net;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure.Reading;

/// <summary>Random rules are written as nft does, and read: the same model comes back, and nothing is noted.</summary>
public sealed class RandomRulesetTests
{
    private static readonly FieldSymbol[] Fields =
    [
        .. Enum.GetValues<PacketField>().Select(FieldTable.Of).Where(f => f.Type is DataType.Integer or DataType.Ipv4Address or DataType.Ipv6Address
            or DataType.EtherAddress or DataType.InetService or DataType.Mark or DataType.InterfaceName or DataType.InterfaceIndex or DataType.InetProtocol
            or DataType.IcmpType or DataType.EtherType or DataType.Dscp),
    ];

    private static readonly string[] Operators = ["", "!= ", "< ", "> ", "<= ", ">= "];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_rules_are_read_as_they_were_meant(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("table inet t { # handle 1\n\tchain c { # handle 2\n");
        List<string> models = [];
        for (int at = 0; at < 2000; at++)
        {
            (string rule, string model) = Rule(random);
            text.Append(CultureInfo.InvariantCulture, $"\t\t{rule} # handle {at + 3}\n");
            models.Add(model);
        }

        text.Append("\t}\n}\n");
        Ruleset ruleset = NftTextReader.Read(text.ToString()).Value;
        Assert.Empty(ruleset.Notes);
        Assert.Equal(models, ruleset.Tables[0].Chains[0].Rules.Select(ModelText.Of));
    }

    private static (string Text, string Model) Rule(Random random)
    {
        List<string> text = [];
        List<string> model = [];
        for (int matches = random.Next(4); matches > 0; matches--)
        {
            FieldSymbol field = Fields[random.Next(Fields.Length)];
            if (random.Next(3) == 0)
            {
                (string Text, string Model)[] elements = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Range(field, random))];
                text.Add($"{field.Keyword} {{ {string.Join(", ", elements.Select(e => e.Text))} }}");
                model.Add($"{field.Keyword} == {{ {string.Join(", ", elements.Select(e => e.Model))} }}");
            }
            else
            {
                string op = Operators[random.Next(Operators.Length)];
                (string constant, string number) = op.Length is 0 or 3 && op != "<= " && op != ">= " ? Range(field, random) : Single(field, random);
                text.Add($"{field.Keyword} {op}{constant}");
                model.Add($"{field.Keyword} {(op.Length == 0 ? "== " : op)}{number}");
            }
        }

        (string verdict, string meaning) = random.Next(6) switch
        {
            0 => ("accept", "Accept"),
            1 => ("drop", "Drop"),
            2 => ("counter packets 0 bytes 0 jump c2", "pass; Jump c2"),
            3 => ("goto c-3", "Goto c-3"),
            4 => ("reject with tcp reset", "reject tcp reset"),
            _ => ("log prefix \"x # y\" return comment \"z\"", "pass; Return; pass"),
        };
        text.Add(verdict);
        model.Add(meaning);
        return (string.Join(' ', text), string.Join("; ", model));
    }

    private static (string Text, string Model) Range(FieldSymbol field, Random random)
    {
        if (random.Next(2) == 0 || field.Type is DataType.InterfaceName or DataType.InterfaceIndex)
        {
            return Single(field, random);
        }

        UInt128 first = Value(field, random);
        UInt128 last = Value(field, random);
        (first, last) = first <= last ? (first, last) : (last, first);
        return first == last ? Single(field, random) : ($"{Write(field, first)}-{Write(field, last)}", $"{Hex(first)}..{Hex(last)}");
    }

    private static (string Text, string Model) Single(FieldSymbol field, Random random)
    {
        if (field.Type is DataType.InterfaceName or DataType.InterfaceIndex)
        {
            string name = string.Concat(Enumerable.Range(0, random.Next(1, 15)).Select(_ => "abcdefghij0123456789.-_"[random.Next(10)]));
            return ($"\"{name}\"", $"\"{name}\"");
        }

        UInt128 value = Value(field, random);
        return (Write(field, value), Hex(value));
    }

    private static UInt128 Value(FieldSymbol field, Random random)
    {
        UInt128 all = new((ulong)random.NextInt64(), (ulong)random.NextInt64());
        // Above 2^120 the model's text shows a number as a name where it can.
        int width = Math.Min(field.Width, 116);
        return all & ((UInt128.One << width) - 1);
    }

    private static string Write(FieldSymbol field, UInt128 value) => field.Type switch
    {
        DataType.Ipv4Address => Address.FromV4((uint)value).ToString(),
        DataType.Ipv6Address => new IPAddress(Bytes(value)).ToString(),
        DataType.EtherAddress => string.Join(':', Enumerable.Range(0, 6).Select(b => ((byte)(value >> (40 - (8 * b)))).ToString("x2", CultureInfo.InvariantCulture))),
        DataType.Mark or DataType.EtherType or DataType.Dscp => $"0x{value.ToString("x8", CultureInfo.InvariantCulture)}",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static byte[] Bytes(UInt128 value) => [.. Enumerable.Range(0, 16).Select(b => (byte)(value >> (120 - (8 * b))))];

    private static string Hex(UInt128 value) => value.ToString("x", CultureInfo.InvariantCulture);
}
