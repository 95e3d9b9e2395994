namespace Virtward.Exposure.Evaluation;

/// <summary>Goes through a chain's rules, past those that are about other ports than the packets' one.</summary>
internal struct PortCursor(CompiledChain chain)
{
    private readonly PortIndex? _index = chain.ByPort;
    private int[]? _places;
    private uint _port;
    private int _at;

    /// <summary>The place of the first rule, from one on, that the packets may meet.</summary>
    public int Next(int from, List<PacketState> states)
    {
        // Of several kinds of packets each may have a port of its own; a port that is many is looked at by each rule.
        if (_index is null || states.Count != 1 || states[0] is not { HasPorts: true } state || !state[Slot.DestinationPort].IsNumber)
        {
            return from;
        }

        uint port = (uint)state[Slot.DestinationPort].Number;
        if (_places is null || port != _port)
        {
            (_places, _port, _at) = (_index.At(port), port, 0);
        }

        while (_at < _places.Length && _places[_at] < from)
        {
            _at++;
        }

        return _at < _places.Length ? _places[_at] : chain.Rules.Length;
    }
}
