using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>What one engine works with: the sets of packets, the variables, the host's network and rules, and what it has learnt on the way.</summary>
internal sealed class Room
{
    private readonly SortedSet<string> _notes = new(StringComparer.Ordinal);

    /// <summary>Furnishes a room.</summary>
    public Room(CompiledRuleset rules, HostNetwork network, bool given, int maxNodes)
    {
        Manager = new BddManager(Variables.SourceBits, maxNodes);
        Variables = new Variables(Manager) { Given = given };
        Sets = new ValueSets(Manager);
        Network = new NetworkView(network);
        Router = new Router(network, Manager, Sets, Variables);
        Rules = rules;
        Sockets = new SocketLookup(this, network.Sockets);
    }

    /// <summary>The sets of packets.</summary>
    public BddManager Manager { get; }

    /// <summary>What packets differ by.</summary>
    public Variables Variables { get; }

    /// <summary>Values.</summary>
    public ValueSets Sets { get; }

    /// <summary>The host's network.</summary>
    public NetworkView Network { get; }

    /// <summary>The host's routes.</summary>
    public Router Router { get; }

    /// <summary>The host's sockets.</summary>
    public SocketLookup Sockets { get; }

    /// <summary>The host's rules.</summary>
    public CompiledRuleset Rules { get; }

    /// <summary>Whether decisions are wanted.</summary>
    public bool Recording { get; set; }

    /// <summary>The bits that stand for the destination port, where many are asked about, and the lowest and highest of those; null: they are all, or one.</summary>
    public (int[] Bits, uint First, uint Last)? AskedPorts { get; set; }

    /// <summary>How many more steps may be taken.</summary>
    public long StepsLeft { get; set; }

    /// <summary>What answers hang on beside the packets.</summary>
    public IReadOnlyCollection<string> Notes => _notes;

    /// <summary>Notes what the answer hangs on.</summary>
    public void Note(string what)
    {
        if (_notes.Count < 100)
        {
            _notes.Add(what);
        }
    }

    /// <summary>Forgets the notes.</summary>
    public void ClearNotes() => _notes.Clear();

    /// <summary>Counts work.</summary>
    public void Spend(int steps)
    {
        StepsLeft -= steps;
        if (StepsLeft < 0)
        {
            throw new BudgetExceededException("the rules take too many steps");
        }
    }

    /// <summary>A bit that nobody knows, and the reason.</summary>
    public int Unknown(string what)
    {
        Note(what);
        return Variables.Bit(VariableKind.Unknown, what);
    }
}
