using System.Numerics;
using System.Text;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// The texts of the groups that mean something, as bytes, UTF-8, all in one buffer that is used again: a hot object, so no dictionary and no
/// strings.
/// </summary>
public sealed class FieldValues
{
    /// <summary>How many fields there are.</summary>
    public const int Count = (int)Field.Harmless + 1;

    /// <summary>A larger buffer is not kept: an attacker made it grow.</summary>
    private const int Kept = 512;

    private const int First = 128;

    private readonly int[] _starts = new int[Count];
    private readonly int[] _lengths = new int[Count];
    private byte[] _bytes = new byte[First];
    private int _used;

    // Which groups took part, one bit each; what stands of the others means nothing.
    private uint _took;

    /// <summary>The text of a field by its number, decoded; null where the group took no part in the match.</summary>
    public string? this[int field] => Took((Field)field) ? Encoding.UTF8.GetString(Bytes((Field)field)) : null;

    /// <summary>Whether the group took part in the match.</summary>
    public bool Took(Field field) => (_took & (1u << (int)field)) != 0;

    /// <summary>Whether the group matched at least one character.</summary>
    public bool Has(Field field) => Took(field) && _lengths[(int)field] > 0;

    /// <summary>The group's text; empty where it took no part in the match.</summary>
    public ReadOnlySpan<byte> Bytes(Field field) => Took(field) ? _bytes.AsSpan(_starts[(int)field], _lengths[(int)field]) : [];

    /// <summary>Forgets all texts.</summary>
    public void Clear()
    {
        _took = 0;
        _used = 0;
        if (_bytes.Length > Kept)
        {
            _bytes = new byte[First];
        }
    }

    /// <summary>Sets a group's text.</summary>
    /// <param name="field">The field.</param>
    /// <param name="text">The text, not of this buffer.</param>
    public void Set(int field, ReadOnlySpan<byte> text)
    {
        if (!Took((Field)field) || text.Length > _lengths[field])
        {
            if (_used + text.Length > _bytes.Length)
            {
                Pack(field, text.Length);
            }

            _starts[field] = _used;
            _used += text.Length;
            _took |= 1u << field;
        }

        text.CopyTo(_bytes.AsSpan(_starts[field]));
        _lengths[field] = text.Length;
    }

    /// <summary>Lays the groups of a later line over these.</summary>
    public void Update(FieldValues later)
    {
        for (uint took = later._took; took != 0; took &= took - 1)
        {
            int field = BitOperations.TrailingZeroCount(took);
            Set(field, later.Bytes((Field)field));
        }
    }

    /// <summary>The field of a group's name, or -1.</summary>
    public static int IndexOf(string group) => group switch
    {
        "ip4" => (int)Field.V4,
        "ip6" => (int)Field.V6,
        "dns" => (int)Field.Name,
        "fid" => (int)Field.Id,
        "user" => (int)Field.User,
        "mlfid" => (int)Field.Connection,
        "mlfforget" => (int)Field.Forget,
        "mlfgained" => (int)Field.Gained,
        "nofail" => (int)Field.Harmless,
        _ => -1,
    };

    // Into a buffer with room for one more text, without what texts have left behind that grew.
    private void Pack(int replaced, int more)
    {
        _took &= ~(1u << replaced);
        int kept = 0;
        for (uint took = _took; took != 0; took &= took - 1)
        {
            kept += _lengths[BitOperations.TrailingZeroCount(took)];
        }

        byte[] packed = new byte[Math.Max(First, 2 * (more + kept))];
        _used = 0;
        for (uint took = _took; took != 0; took &= took - 1)
        {
            int field = BitOperations.TrailingZeroCount(took);
            Bytes((Field)field).CopyTo(packed.AsSpan(_used));
            _starts[field] = _used;
            _used += _lengths[field];
        }

        _bytes = packed;
    }
}
