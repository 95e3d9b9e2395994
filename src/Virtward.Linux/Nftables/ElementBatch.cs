using System.Buffers.Binary;
using Virtward.Core.Host;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Nftables;

/// <summary>Writes changes of set elements as one nf_tables transaction.</summary>
/// <param name="socket">Whose sequence numbers are used.</param>
public sealed class ElementBatch(NetlinkSocket socket)
{
    // An element with key, timeout and counter takes up to 92 bytes, and the list of them is one attribute of at most 64 KiB.
    private const int ElementsPerMessage = 512;

    // What a burst of bans takes; the megabytes of a start are given back.
    private const int KeptBytes = 64 * 1024;

    private readonly NetlinkWriter _writer = new();

    private string _table = "";

    /// <summary>Writes a batch; valid until the next one.</summary>
    /// <param name="table">The table of family inet.</param>
    /// <param name="changes">The changes.</param>
    public ReadOnlySpan<byte> Write(string table, ReadOnlySpan<ElementChange> changes)
    {
        _table = table;
        _writer.Clear();
        // Only the last message asks for an acknowledgement; errors come back in any case.
        bool anyAdds = HasAdditions(changes);
        Envelope(NfTables.BatchBegin);
        Pass(changes, NfTables.NewElement, static action => action != ElementAction.Add, acknowledge: false);
        Pass(changes, NfTables.DeleteElement, static action => action != ElementAction.Add, acknowledge: !anyAdds);
        Pass(changes, NfTables.NewElement, static action => action != ElementAction.Remove, acknowledge: anyAdds);
        Envelope(NfTables.BatchEnd);
        return _writer.Written;
    }

    /// <summary>Gives back the memory of large batches.</summary>
    public void Trim() => _writer.Trim(KeptBytes);

    private static bool HasAdditions(ReadOnlySpan<ElementChange> changes)
    {
        foreach (ref readonly ElementChange change in changes)
        {
            if (change.Action != ElementAction.Remove)
            {
                return true;
            }
        }

        return false;
    }

    private void Envelope(int type)
    {
        _writer.Begin(type, NetlinkFlags.Request, socket.NextSequence());
        Span<byte> header = [NfTables.FamilyUnspecified, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], NfTables.Subsystem);
        _writer.Raw(header);
        _writer.End();
    }

    private void Pass(ReadOnlySpan<ElementChange> changes, int type, Func<ElementAction, bool> takes, bool acknowledge)
    {
        int last = changes.Length - 1;
        while (last >= 0 && !takes(changes[last].Action))
        {
            last--;
        }

        int at = 0;
        while (at <= last)
        {
            if (!takes(changes[at].Action))
            {
                at++;
                continue;
            }

            at = Message(changes, at, last, type, takes, acknowledge);
        }
    }

    // Writes one message: the elements of one set from a position on. Returns the position after them.
    private int Message(ReadOnlySpan<ElementChange> changes, int from, int last, int type, Func<ElementAction, bool> takes, bool acknowledge)
    {
        string set = changes[from].Set;
        int end = from;
        int count = 0;
        while (end <= last && count < ElementsPerMessage && (!takes(changes[end].Action) || changes[end].Set == set))
        {
            count += takes(changes[end].Action) ? 1 : 0;
            end++;
        }

        NetlinkFlags flags = NetlinkFlags.Request
            | (type == NfTables.NewElement ? NetlinkFlags.Create : NetlinkFlags.None)
            | (acknowledge && end > last ? NetlinkFlags.Acknowledge : NetlinkFlags.None);
        _writer.Begin(type, flags, socket.NextSequence());
        _writer.Raw([NfTables.FamilyInet, 0, 0, 0]);
        _writer.Text(NfTables.ElementsTable, _table);
        _writer.Text(NfTables.ElementsSet, set);
        int list = _writer.BeginNest(NfTables.ElementsList);
        for (int i = from; i < end; i++)
        {
            if (takes(changes[i].Action))
            {
                Element(changes[i], withState: type == NfTables.NewElement);
            }
        }

        _writer.EndNest(list);
        _writer.End();
        return end;
    }

    private void Element(in ElementChange change, bool withState)
    {
        int element = _writer.BeginNest(NfTables.ListElement);
        int key = _writer.BeginNest(NfTables.ElementKey);
        Span<byte> address = stackalloc byte[16];
        _writer.Bytes(NfTables.DataValue, address[..change.Key.WriteBytes(address)]);
        _writer.EndNest(key);
        if (withState && change.Timeout > TimeSpan.Zero)
        {
            _writer.BigEndian(NfTables.ElementTimeout, (ulong)Math.Max(1, (long)change.Timeout.TotalMilliseconds));
        }

        // Without this the kernel gives the element a fresh counter of the set's own kind.
        if (withState && change.Count != default)
        {
            int expression = _writer.BeginNest(NfTables.ElementExpression);
            _writer.Text(NfTables.ExpressionName, "counter");
            int data = _writer.BeginNest(NfTables.ExpressionData);
            _writer.BigEndian(NfTables.CounterBytes, change.Count.Bytes);
            _writer.BigEndian(NfTables.CounterPackets, change.Count.Packets);
            _writer.EndNest(data);
            _writer.EndNest(expression);
        }

        _writer.EndNest(element);
    }
}
