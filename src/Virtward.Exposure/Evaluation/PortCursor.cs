using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>Goes through a chain's rules, past those that are about other ports than the packets' one, or other ones than are asked about.</summary>
internal struct PortCursor(CompiledChain chain, Room room)
{
    private readonly PortIndex? _index = chain.ByPort;
    private int[]? _places;
    private uint _first;
    private uint _last;
    private int _at;

    /// <summary>The place of the first rule, from one on, that the packets may meet.</summary>
    public int Next(int from, List<PacketState> states)
    {
        // Of several kinds of packets each may have a port of its own.
        if (_index is null || states.Count != 1 || states[0] is not { HasPorts: true } state || Ports(state[Slot.DestinationPort]) is not { } ports)
        {
            return from;
        }

        if (_places is null || ports.First != _first || ports.Last != _last)
        {
            (_places, _first, _last, _at) = (_index.At(ports.First, ports.Last), ports.First, ports.Last, 0);
        }

        while (_at < _places.Length && _places[_at] < from)
        {
            _at++;
        }

        return _at < _places.Length ? _places[_at] : chain.Rules.Length;
    }

    // A port that is many, and not as it was asked about, is looked at by each rule.
    private readonly (uint First, uint Last)? Ports(in BitValue port) => port.IsNumber ? ((uint)port.Number, (uint)port.Number)
        : room.AskedPorts is { } asked && ReferenceEquals(asked.Bits, port.Bits) ? (asked.First, asked.Last) : null;
}
