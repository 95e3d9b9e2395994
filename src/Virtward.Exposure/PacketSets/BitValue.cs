namespace Virtward.Exposure.PacketSets;

/// <summary>
/// A field's value for all packets of a state: one number, or a set of packets for each of its bits (those for which the bit is 1), the most
/// significant first.
/// </summary>
/// <param name="Width">How many bits it has, at most 128.</param>
/// <param name="Number">The number, where it is one.</param>
/// <param name="Bits">The sets, where it is not.</param>
internal readonly record struct BitValue(int Width, UInt128 Number, int[]? Bits)
{
    /// <summary>One number for all packets.</summary>
    public static BitValue Of(UInt128 number, int width) => new(width, number, null);

    /// <summary>Whether it is one number.</summary>
    public bool IsNumber => Bits is null;

    /// <summary>The packets for which a bit is 1, counted from the most significant.</summary>
    public int Bit(int index) =>
        Bits is not null ? Bits[index] : (Number >> (Width - 1 - index) & 1) != 0 ? BddManager.True : BddManager.False;

    /// <summary>A value of bits; one number where all of them are constant.</summary>
    public static BitValue Of(int[] bits)
    {
        UInt128 number = 0;
        foreach (int bit in bits)
        {
            if (bit > BddManager.False)
            {
                return new BitValue(bits.Length, 0, bits);
            }

            number = (number << 1) | (bit == BddManager.True ? 1u : 0u);
        }

        return Of(number, bits.Length);
    }

    /// <summary>The same value in another width: upper bits are cut off, or zero.</summary>
    public BitValue Resize(int width)
    {
        if (width == Width)
        {
            return this;
        }

        if (Bits is null)
        {
            return Of(width >= 128 ? Number : Number & ((UInt128.One << width) - 1), width);
        }

        var bits = new int[width];
        for (int index = 0; index < width; index++)
        {
            int from = index + Width - width;
            bits[index] = from >= 0 ? Bits[from] : BddManager.False;
        }

        return Of(bits);
    }

    /// <summary>Whether both are the same for all packets for sure.</summary>
    public bool SameAs(in BitValue other) =>
        Width == other.Width && Number == other.Number
        && (ReferenceEquals(Bits, other.Bits) || (Bits is not null && other.Bits is not null && Bits.AsSpan().SequenceEqual(other.Bits)));
}
