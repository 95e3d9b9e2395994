using System.Numerics;
using System.Runtime.CompilerServices;

namespace Virtward.Exposure.PacketSets;

/// <summary>
/// Sets of packets as reduced ordered binary decision diagrams (Bryant 1986), with complemented edges and every node made once, so that two
/// sets are equal where their numbers are. A set is <c>2 * node + complement</c>; <see cref="True"/> is the set of all packets. Not for two threads.
/// </summary>
internal sealed class BddManager
{
    /// <summary>The set of all packets.</summary>
    public const int True = 0;

    /// <summary>The empty set.</summary>
    public const int False = 1;

    /// <summary>The most variables there may be; recursion is as deep as there are variables.</summary>
    public const int MaxVariables = 4096;

    private const int Terminal = 0x7fff;
    private const int KindShift = 16;
    private const int MaxCache = 1 << 21;
    private const int InitialNodes = 1 << 14;

    // 16 bytes a node, and 8 for finding it and its results.
    private const int LargeNodes = 1 << 19;
    private const int OperationXor = 1;
    private const int OperationExists = 2;

    private readonly int _sourceBits;
    private readonly int _maxNodes;
    private readonly List<VariableKind> _kinds = [];

    private Node[] _nodes = new Node[InitialNodes];
    private int[] _buckets = new int[InitialNodes];
    private int _count = 1;
    private CacheEntry[] _cache = new CacheEntry[1 << 14];

    /// <summary>An empty room.</summary>
    /// <param name="sourceBits">How many of the first variables are bits of the source address.</param>
    /// <param name="maxNodes">The most nodes; more end the evaluation with <see cref="BudgetExceededException"/>.</param>
    public BddManager(int sourceBits, int maxNodes)
    {
        _sourceBits = sourceBits;
        _maxNodes = maxNodes;
        _nodes[0].Variable = Terminal;
        for (int bit = 0; bit < sourceBits; bit++)
        {
            _kinds.Add(VariableKind.Source);
        }
    }

    /// <summary>How many nodes there are.</summary>
    public int NodeCount => _count;

    /// <summary>How many variables there are.</summary>
    public int VariableCount => _kinds.Count;

    /// <summary>Adds a variable below all others.</summary>
    public int AddVariable(VariableKind kind)
    {
        if (_kinds.Count >= MaxVariables)
        {
            throw new BudgetExceededException("too many limits, options and unknown rules on one way");
        }

        _kinds.Add(kind);
        return _kinds.Count - 1;
    }

    /// <summary>Who chooses a variable.</summary>
    public VariableKind KindOf(int variable) => _kinds[variable];

    /// <summary>The packets for which the variable is 1.</summary>
    public int Literal(int variable) => Make(variable, False, True);

    /// <summary>The packets outside.</summary>
    public static int Not(int set) => set ^ 1;

    /// <summary>The packets in both.</summary>
    public int And(int left, int right)
    {
        if (left == right)
        {
            return left;
        }

        if ((left ^ 1) == right || left == False || right == False)
        {
            return False;
        }

        if (left == True)
        {
            return right;
        }

        if (right == True)
        {
            return left;
        }

        if (left > right)
        {
            (left, right) = (right, left);
        }

        long key = ((long)left << 32) | (uint)right;
        ref CacheEntry entry = ref Slot(key);
        if (entry.Key == key && entry.Operation == 0)
        {
            return entry.Result;
        }

        int leftVariable = VariableOf(left);
        int rightVariable = VariableOf(right);
        int variable = Math.Min(leftVariable, rightVariable);
        int low = And(leftVariable == variable ? LowOf(left) : left, rightVariable == variable ? LowOf(right) : right);
        int high = And(leftVariable == variable ? HighOf(left) : left, rightVariable == variable ? HighOf(right) : right);
        int result = Make(variable, low, high);
        Slot(key) = new CacheEntry(key, 0, result);
        return result;
    }

    /// <summary>The packets in either.</summary>
    public int Or(int left, int right) => And(left ^ 1, right ^ 1) ^ 1;

    /// <summary>The packets in the first that are not in the second.</summary>
    public int Minus(int left, int right) => And(left, right ^ 1);

    /// <summary>The packets in exactly one.</summary>
    public int Xor(int left, int right)
    {
        int complement = (left ^ right) & 1;
        left &= ~1;
        right &= ~1;
        if (left == right)
        {
            return False ^ complement;
        }

        // True (0) xor x is not x.
        if (left == True)
        {
            return right ^ 1 ^ complement;
        }

        if (right == True)
        {
            return left ^ 1 ^ complement;
        }

        if (left > right)
        {
            (left, right) = (right, left);
        }

        long key = ((long)left << 32) | (uint)right;
        ref CacheEntry entry = ref Slot(key ^ OperationXor);
        if (entry.Key == key && entry.Operation == OperationXor)
        {
            return entry.Result ^ complement;
        }

        int leftVariable = VariableOf(left);
        int rightVariable = VariableOf(right);
        int variable = Math.Min(leftVariable, rightVariable);
        int low = Xor(leftVariable == variable ? LowOf(left) : left, rightVariable == variable ? LowOf(right) : right);
        int high = Xor(leftVariable == variable ? HighOf(left) : left, rightVariable == variable ? HighOf(right) : right);
        int result = Make(variable, low, high);
        Slot(key ^ OperationXor) = new CacheEntry(key, OperationXor, result);
        return result ^ complement;
    }

    /// <summary>The packets of <paramref name="then"/> where the condition holds, and of <paramref name="otherwise"/> where it does not.</summary>
    public int IfThenElse(int condition, int then, int otherwise)
    {
        if (then == otherwise)
        {
            return then;
        }

        // A variable above both, which is the case where sets are built bit by bit: one node.
        if (condition > 1 && IsLiteral(condition, out int variable, out bool positive)
            && variable < VariableOf(then) && variable < VariableOf(otherwise))
        {
            return positive ? Make(variable, otherwise, then) : Make(variable, then, otherwise);
        }

        return Or(And(condition, then), Minus(otherwise, condition));
    }

    /// <summary>What is left when all variables of the given kinds may be chosen at will.</summary>
    public int Exists(int set, KindSet kinds)
    {
        if (set <= 1)
        {
            return set;
        }

        // A node knows the kinds below it: where none of those is chosen there is nothing to be done, and where all are, some packet is there.
        int there = _nodes[set >> 1].Variable >> KindShift;
        if (kinds.Contains(VariableKind.Source) ? (there & ~(int)kinds) == 0 : (there & (int)kinds) == 0)
        {
            return kinds.Contains(VariableKind.Source) ? True : set;
        }

        long key = ((long)kinds << 32) | (uint)set;
        ref CacheEntry entry = ref Slot(key ^ (OperationExists << 24));
        if (entry.Key == key && entry.Operation == OperationExists)
        {
            return entry.Result;
        }

        int variable = VariableOf(set);
        int low = Exists(LowOf(set), kinds);
        bool chosen = kinds.Contains(_kinds[variable]);
        int result = chosen && low == True ? True
            : chosen ? Or(low, Exists(HighOf(set), kinds))
            : Make(variable, low, Exists(HighOf(set), kinds));
        Slot(key ^ (OperationExists << 24)) = new CacheEntry(key, OperationExists, result);
        return result;
    }

    /// <summary>What holds whatever is chosen for the variables of the given kinds.</summary>
    public int ForAll(int set, KindSet kinds) => Exists(set ^ 1, kinds) ^ 1;

    /// <summary>The variable that a set is split by first; a number above all variables where it is everything or nothing.</summary>
    public int VariableOf(int set) => _nodes[set >> 1].Variable & Terminal;

    /// <summary>The set where its first variable is 0.</summary>
    public int LowOf(int set) => _nodes[set >> 1].Low ^ (set & 1);

    /// <summary>The set where its first variable is 1.</summary>
    public int HighOf(int set) => _nodes[set >> 1].High ^ (set & 1);

    /// <summary>Whether it hangs on more than source addresses.</summary>
    public bool HasOtherVariables(int set) => _nodes[set >> 1].Variable >> KindShift != 0;

    /// <summary>The node that splits by a variable.</summary>
    public int Make(int variable, int low, int high)
    {
        if (low == high)
        {
            return low;
        }

        int complement = high & 1;
        low ^= complement;
        high ^= complement;
        uint hash = Hash(variable, low, high);
        int bucket = (int)(hash & (uint)(_buckets.Length - 1));
        for (int node = _buckets[bucket]; node != 0;)
        {
            ref Node there = ref _nodes[node];
            if (there.Low == low && there.High == high && (there.Variable & Terminal) == variable)
            {
                return (node << 1) | complement;
            }

            node = there.Next;
        }

        if (_count == _nodes.Length)
        {
            Grow();
            bucket = (int)(hash & (uint)(_buckets.Length - 1));
        }

        int kinds = (_nodes[low >> 1].Variable | _nodes[high >> 1].Variable) >> KindShift;
        kinds |= variable >= _sourceBits ? 1 << (int)_kinds[variable] : 0;
        _nodes[_count].Variable = variable | (kinds << KindShift);
        _nodes[_count].Low = low;
        _nodes[_count].High = high;
        _nodes[_count].Next = _buckets[bucket];
        _buckets[bucket] = _count;
        return (_count++ << 1) | complement;
    }

    private bool IsLiteral(int set, out int variable, out bool positive)
    {
        variable = VariableOf(set);
        int low = LowOf(set);
        int high = HighOf(set);
        positive = high == True;
        return low <= 1 && high <= 1;
    }

    private void Grow()
    {
        if (_count >= _maxNodes)
        {
            throw new BudgetExceededException("the sets of packets grow too large");
        }

        int size = (int)Math.Min(2L * _count, _maxNodes);

        // One answer for four nodes: with one for two it is no faster.
        int cache = _cache.Length < MaxCache && _cache.Length < size / 4 ? Math.Min(MaxCache, _cache.Length * 4) : _cache.Length;
        if (size >= LargeNodes)
        {
            // What is smaller now is gone before the larger is there, or both would be held for a moment, and what was outgrown before them until somebody collects it.
            _buckets = [];
            _cache = cache > _cache.Length ? [] : _cache;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        }

        Array.Resize(ref _nodes, size);
        int buckets = (int)BitOperations.RoundUpToPowerOf2((uint)size);
        if (buckets > _buckets.Length)
        {
            _buckets = new int[buckets];
            for (int node = 1; node < _count; node++)
            {
                int bucket = (int)(Hash(_nodes[node].Variable & Terminal, _nodes[node].Low, _nodes[node].High) & (uint)(buckets - 1));
                _nodes[node].Next = _buckets[bucket];
                _buckets[bucket] = node;
            }
        }

        if (_cache.Length < cache)
        {
            CacheEntry[] old = _cache;
            _cache = new CacheEntry[cache];
            foreach (CacheEntry entry in old)
            {
                if (entry.Key != 0 && entry.Operation == 0)
                {
                    Slot(entry.Key) = entry;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref CacheEntry Slot(long key) =>
        ref _cache[(int)(((ulong)key * 0x9e37_79b9_7f4a_7c15) >> 32) & (_cache.Length - 1)];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(int variable, int low, int high)
    {
        ulong mixed = (((ulong)(uint)low << 32) | (uint)high) * 0x9e37_79b9_7f4a_7c15;
        mixed ^= mixed >> 29;
        mixed = (mixed + (uint)variable) * 0xbf58_476d_1ce4_e5b9;
        return (uint)(mixed >> 32);
    }

    private readonly record struct CacheEntry(long Key, int Operation, int Result);

    /// <summary>A node, of 16 bytes side by side: looking one up is one cache line.</summary>
    private struct Node
    {
        /// <summary>The variable that it splits by; above it, the kinds of those that it hangs on, source bits aside.</summary>
        public int Variable;

        /// <summary>What it is where the variable is 0.</summary>
        public int Low;

        /// <summary>What it is where the variable is 1.</summary>
        public int High;

        /// <summary>The next node of its bucket.</summary>
        public int Next;
    }
}
