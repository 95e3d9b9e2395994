using System.Diagnostics.CodeAnalysis;

namespace Virtward.Core.Net;

/// <summary>
/// Values by prefix, in a path-compressed binary trie (Morrison's PATRICIA): finds what encloses an address, and what lies inside a
/// prefix, in steps bounded by the address's bits, however many entries there are. For one thread; it must not change during an
/// enumeration.
/// </summary>
/// <typeparam name="T">What is kept for a prefix.</typeparam>
[SuppressMessage("Naming", "CA1710", Justification = "A trie is what it is.")]
public sealed class PrefixTrie<T>
{
    private Node? _v4;
    private Node? _v6;

    /// <summary>The number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>All entries, IPv4 first, in the order of prefixes.</summary>
    public IEnumerable<KeyValuePair<Prefix, T>> All => Below(_v4).Concat(Below(_v6));

    /// <summary>Sets the value of a prefix, new or not.</summary>
    public void Set(Prefix prefix, T value)
    {
        Node node = Reach(prefix);
        if (!node.HasValue)
        {
            Count++;
        }

        node.HasValue = true;
        node.Value = value;
    }

    /// <summary>Finds the value of this very prefix.</summary>
    public bool TryGet(Prefix prefix, [MaybeNullWhen(false)] out T value)
    {
        Node? node = prefix.IsV4 ? _v4 : _v6;
        int bits = Bits(prefix);
        while (node is not null && node.Bits < bits && node.Holds(prefix.First.Value))
        {
            node = node.Child(prefix.First.Value);
        }

        if (node is { HasValue: true } && node.Bits == bits && node.First == prefix.First.Value)
        {
            value = node.Value!;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Removes a prefix; false where there was none.</summary>
    public bool Remove(Prefix prefix)
    {
        UInt128 first = prefix.First.Value;
        int bits = Bits(prefix);
        ref Node? parent = ref (prefix.IsV4 ? ref _v4 : ref _v6);
        ref Node? slot = ref parent;
        while (slot is not null && slot.Bits < bits && slot.Holds(first))
        {
            parent = ref slot;
            slot = ref slot.Child(first);
        }

        if (slot is not { HasValue: true } || slot.Bits != bits || slot.First != first)
        {
            return false;
        }

        slot.HasValue = false;
        slot.Value = default;
        Shrink(ref slot);
        Shrink(ref parent);
        Count--;
        return true;
    }

    /// <summary>The entries whose prefixes hold the address, the widest first.</summary>
    public IEnumerable<KeyValuePair<Prefix, T>> Enclosing(Address address) => Enclosing(new Prefix(address));

    /// <summary>The entries whose prefixes hold the whole of this prefix, itself included, the widest first.</summary>
    public IEnumerable<KeyValuePair<Prefix, T>> Enclosing(Prefix prefix)
    {
        UInt128 first = prefix.First.Value;
        int bits = Bits(prefix);
        for (Node? node = prefix.IsV4 ? _v4 : _v6; node is not null && node.Bits <= bits && node.Holds(first);)
        {
            if (node.HasValue)
            {
                yield return KeyValuePair.Create(node.Prefix, node.Value!);
            }

            node = node.Bits == 128 ? null : node.Child(first);
        }
    }

    /// <summary>Finds the narrowest entry that holds the address.</summary>
    public bool TryLongest(Address address, out Prefix prefix, [MaybeNullWhen(false)] out T value)
    {
        prefix = default;
        value = default;
        bool found = false;
        foreach (KeyValuePair<Prefix, T> entry in Enclosing(address))
        {
            (prefix, value) = entry;
            found = true;
        }

        return found;
    }

    /// <summary>The entries that lie inside the prefix, itself included, in the order of prefixes.</summary>
    public IEnumerable<KeyValuePair<Prefix, T>> Inside(Prefix prefix)
    {
        UInt128 first = prefix.First.Value;
        int bits = Bits(prefix);
        Node? node = prefix.IsV4 ? _v4 : _v6;
        while (node is not null && node.Bits < bits)
        {
            node = node.Holds(first) ? node.Child(first) : null;
        }

        return node is not null && prefix.First.Value == (node.First & Mask(bits)) ? Below(node) : [];
    }

    private static IEnumerable<KeyValuePair<Prefix, T>> Below(Node? top)
    {
        var open = new Stack<Node>();
        for (Node? node = top; node is not null || open.TryPop(out node); node = node.Zero)
        {
            if (node.One is not null)
            {
                open.Push(node.One);
            }

            if (node.HasValue)
            {
                yield return KeyValuePair.Create(node.Prefix, node.Value!);
            }
        }
    }

    // The node of this prefix, made where there is none.
    private Node Reach(Prefix prefix)
    {
        UInt128 first = prefix.First.Value;
        int bits = Bits(prefix);
        ref Node? slot = ref (prefix.IsV4 ? ref _v4 : ref _v6);
        while (slot is not null)
        {
            int common = Math.Min(Math.Min(slot.Bits, bits), (int)UInt128.LeadingZeroCount(slot.First ^ first));
            if (common < slot.Bits)
            {
                // The paths part above this node: a node at the fork takes it as one child.
                var fork = new Node(first & Mask(common), common);
                fork.Child(slot.First) = slot;
                slot = fork;
            }

            if (slot.Bits == bits)
            {
                return slot;
            }

            slot = ref slot.Child(first);
        }

        slot = new Node(first, bits);
        return slot;
    }

    // A node without a value is there for its two children only.
    private static void Shrink(ref Node? slot)
    {
        if (slot is { HasValue: false } node && (node.Zero is null || node.One is null))
        {
            slot = node.Zero ?? node.One;
        }
    }

    private static int Bits(Prefix prefix) => prefix.IsV4 ? prefix.Length + 96 : prefix.Length;

    private static UInt128 Mask(int bits) => bits == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - bits);

    private sealed class Node(UInt128 first, int bits)
    {
        public readonly UInt128 First = first;
        public readonly int Bits = bits;
        public Node? Zero;
        public Node? One;
        public bool HasValue;
        public T? Value;

        // The length is counted in the address's own family, where IPv4 begins at bit 96; no IPv6 prefix lies there.
        public Prefix Prefix => Address.FromValue(First) is { IsV4: true } v4 && Bits >= 96
            ? new Prefix(v4, Bits - 96)
            : new Prefix(Address.FromValue(First), Bits);

        public bool Holds(UInt128 value) => (value & Mask(Bits)) == First;

        public ref Node? Child(UInt128 value) => ref ((value >> (127 - Bits)) & 1) == 0 ? ref Zero : ref One;
    }
}
