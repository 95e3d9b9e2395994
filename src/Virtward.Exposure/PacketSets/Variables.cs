namespace Virtward.Exposure.PacketSets;

/// <summary>
/// The variables that packets differ by, made when they are first asked for: the source address on top, then the source port, then whatever else. With
/// an <see cref="Assignment"/> they are the bits of one example instead.
/// </summary>
internal sealed class Variables
{
    /// <summary>How many variables the source address has, of which IPv4 uses the first 32.</summary>
    public const int SourceBits = 128;

    private readonly BddManager _manager;
    private readonly Dictionary<(VariableKind Kind, string Key), BitValue> _vectors = [];
    private readonly Dictionary<int, string> _names = [];

    /// <summary>The variables of a room.</summary>
    public Variables(BddManager manager)
    {
        _manager = manager;
        var bits = new int[SourceBits];
        for (int bit = 0; bit < SourceBits; bit++)
        {
            bits[bit] = manager.Literal(bit);
        }

        Source6 = BitValue.Of(bits);
        Source4 = BitValue.Of(bits[..32]);
        _ = Vector(VariableKind.Free, SourcePortKey, 16);
    }

    /// <summary>The name of the source port's bits.</summary>
    public const string SourcePortKey = "sport";

    /// <summary>The name of the destination port's bits, where all ports are asked about.</summary>
    public const string DestinationPortKey = "dport";

    /// <summary>A destination address, where many are asked about.</summary>
    public BitValue Destination(bool v6) => v6 ? Vector(VariableKind.Destination, "daddr6", 128) : Vector(VariableKind.Destination, "daddr4", 32);

    /// <summary>An IPv4 source address.</summary>
    public BitValue Source4 { get; }

    /// <summary>An IPv6 source address.</summary>
    public BitValue Source6 { get; }

    /// <summary>The example that all variables are taken from; null: they stay variables. Those not in it are 0.</summary>
    public bool[]? Assignment { get; set; }

    /// <summary>Whether what senders choose is unknown instead: a packet is given, and this of it is not.</summary>
    public bool Given { get; init; }

    /// <summary>The bits that stand for something; the same for the same name.</summary>
    public BitValue Vector(VariableKind kind, string key, int width)
    {
        if (Given && kind == VariableKind.Free)
        {
            kind = VariableKind.Unknown;
        }

        if (!_vectors.TryGetValue((kind, key), out BitValue vector))
        {
            var bits = new int[width];
            for (int bit = 0; bit < width; bit++)
            {
                int variable = _manager.AddVariable(kind);
                _names[variable] = key;
                bits[bit] = _manager.Literal(variable);
            }

            _vectors[(kind, key)] = vector = BitValue.Of(bits);
        }

        if (Assignment is not { } example)
        {
            return vector;
        }

        UInt128 number = 0;
        for (int bit = 0; bit < width; bit++)
        {
            int variable = _manager.VariableOf(vector.Bit(bit));
            number = (number << 1) | (variable < example.Length && example[variable] ? 1u : 0u);
        }

        return BitValue.Of(number, width);
    }

    /// <summary>One bit that stands for something.</summary>
    public int Bit(VariableKind kind, string key) => Vector(kind, key, 1).Bit(0);

    /// <summary>What a variable stands for.</summary>
    public string? NameOf(int variable) => _names.GetValueOrDefault(variable);
}
