using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets.Sets;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Sets of packets, held against counting all of them.</summary>
public sealed class BddTests
{
    private const int Bits = 6;

    [Fact]
    public void Every_operation_does_what_its_truth_table_says()
    {
        var random = new Random(1);
        var manager = new BddManager(2, 1 << 20);
        for (int bit = 2; bit < Bits; bit++)
        {
            manager.AddVariable(bit switch { 2 or 3 => VariableKind.Free, 4 => VariableKind.Luck, _ => VariableKind.Unknown });
        }

        var pool = new List<(int Set, ulong Table)>();
        for (int bit = 0; bit < Bits; bit++)
        {
            pool.Add((manager.Literal(bit), TableOf(value => (value >> bit & 1) != 0)));
        }

        for (int round = 0; round < 4000; round++)
        {
            (int a, ulong ta) = pool[random.Next(pool.Count)];
            (int b, ulong tb) = pool[random.Next(pool.Count)];
            (int c, ulong tc) = pool[random.Next(pool.Count)];
            (int set, ulong table) = (round % 7) switch
            {
                0 => (manager.And(a, b), ta & tb),
                1 => (manager.Or(a, b), ta | tb),
                2 => (manager.Xor(a, b), ta ^ tb),
                3 => (BddManager.Not(a), ~ta),
                4 => (manager.IfThenElse(a, b, c), (ta & tb) | (~ta & tc)),
                5 => (manager.Exists(a, KindSet.Free | KindSet.Unknown), Quantify(ta, [2, 3, 5], true)),
                _ => (manager.ForAll(a, KindSet.Luck), Quantify(ta, [4], false)),
            };
            for (int value = 0; value < 1 << Bits; value++)
            {
                Assert.Equal((table >> value & 1) != 0, Holds(manager, set, value));
            }

            pool.Add((set, table));
        }

        // Equal sets are the same number.
        foreach (IGrouping<ulong, (int Set, ulong Table)> same in pool.GroupBy(entry => entry.Table))
        {
            Assert.Single(same.Select(entry => entry.Set).Distinct());
        }
    }

    [Fact]
    public void Intervals_hold_what_lies_in_them_also_of_shuffled_and_constant_bits()
    {
        var random = new Random(2);
        var manager = new BddManager(8, 1 << 20);
        var sets = new ValueSets(manager);
        for (int round = 0; round < 300; round++)
        {
            int[] order = [.. Enumerable.Range(0, 8).OrderBy(_ => round % 2 == 0 ? 0 : random.Next())];
            int[] bits = [.. order.Select(bit => random.Next(8) == 0 ? random.Next(2) : manager.Literal(bit))];
            var value = BitValue.Of(bits);
            List<ValueRange> ranges = [.. Enumerable.Range(0, random.Next(6)).Select(_ =>
            {
                int first = random.Next(256);
                return new ValueRange((uint)first, (uint)Math.Min(255, first + random.Next(random.Next(2) == 0 ? 1 : 60)));
            })];
            int set = sets.InAny(value, ValueSets.Normalise([.. ranges]));
            for (int packet = 0; packet < 256; packet++)
            {
                UInt128 number = 0;
                foreach (int bit in bits)
                {
                    number = (number << 1) | (Holds(manager, bit, packet) ? 1u : 0u);
                }

                Assert.Equal(ranges.Exists(range => range.Contains(number)), Holds(manager, set, packet));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sources_are_read_back_as_they_were_written(bool v6)
    {
        var random = new Random(3);
        var manager = new BddManager(Variables.SourceBits, 1 << 22);
        var reader = new SourceReader(manager, new Variables(manager));
        for (int round = 0; round < 200; round++)
        {
            PrefixSet prefixes = PrefixSet.Of(Enumerable.Range(0, random.Next(20)).Select(_ => v6
                ? new Prefix(new Address((ulong)random.NextInt64(), (ulong)random.NextInt64()), random.Next(129))
                : new Prefix(Address.FromV4((uint)random.NextInt64()), random.Next(33))));
            Assert.Equal(prefixes, reader.Read(reader.Write(prefixes, v6), v6));
        }
    }

    [Fact]
    public void A_hundred_thousand_addresses_become_a_set_of_few_nodes()
    {
        var random = new Random(4);
        var manager = new BddManager(Variables.SourceBits, 4_000_000);
        var variables = new Variables(manager);
        ValueRange[] ranges = ValueSets.Normalise([.. Enumerable.Range(0, 100_000).Select(_ => ValueRange.Single((uint)random.NextInt64()))]);
        int set = new ValueSets(manager).InAny(variables.Source4, ranges);
        Assert.True(manager.NodeCount < 700_000, $"{manager.NodeCount} nodes");
        Assert.NotEqual(BddManager.False, set);
    }

    private static bool Holds(BddManager manager, int set, int value)
    {
        while (set > 1)
        {
            set = (value >> manager.VariableOf(set) & 1) != 0 ? manager.HighOf(set) : manager.LowOf(set);
        }

        return set == BddManager.True;
    }

    private static ulong TableOf(Func<int, bool> holds)
    {
        ulong table = 0;
        for (int value = 0; value < 1 << Bits; value++)
        {
            table |= holds(value) ? 1ul << value : 0;
        }

        return table;
    }

    private static ulong Quantify(ulong table, int[] variables, bool exists)
    {
        foreach (int variable in variables)
        {
            ulong before = table;
            table = TableOf(value =>
            {
                bool one = (before >> (value | 1 << variable) & 1) != 0;
                bool zero = (before >> (value & ~(1 << variable)) & 1) != 0;
                return exists ? one || zero : one && zero;
            });
        }

        return table;
    }
}
