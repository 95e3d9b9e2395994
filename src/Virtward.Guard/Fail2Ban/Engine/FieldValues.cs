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

    /// <summary>No fields.</summary>
    public FieldValues() => Clear();

    /// <summary>The text of a field by its number, decoded; null where the group took no part in the match.</summary>
    public string? this[int field] => _lengths[field] < 0 ? null : Encoding.UTF8.GetString(Bytes((Field)field));

    /// <summary>Whether the group took part in the match.</summary>
    public bool Took(Field field) => _lengths[(int)field] >= 0;

    /// <summary>Whether the group matched at least one character.</summary>
    public bool Has(Field field) => _lengths[(int)field] > 0;

    /// <summary>The group's text; empty where it took no part in the match.</summary>
    public ReadOnlySpan<byte> Bytes(Field field) => _bytes.AsSpan(_starts[(int)field], Math.Max(0, _lengths[(int)field]));

    /// <summary>Forgets all texts.</summary>
    public void Clear()
    {
        _lengths.AsSpan().Fill(-1);
        _starts.AsSpan().Clear();
        _used = 0;
        _bytes = _bytes.Length > Kept ? new byte[First] : _bytes;
    }

    /// <summary>Sets a group's text.</summary>
    /// <param name="field">The field.</param>
    /// <param name="text">The text, not of this buffer.</param>
    public void Set(int field, ReadOnlySpan<byte> text)
    {
        if (text.Length > _lengths[field])
        {
            if (_used + text.Length > _bytes.Length)
            {
                Pack(field, text.Length);
            }

            _starts[field] = _used;
            _used += text.Length;
        }

        text.CopyTo(_bytes.AsSpan(_starts[field]));
        _lengths[field] = text.Length;
    }

    /// <summary>Lays the groups of a later line over these.</summary>
    public void Update(FieldValues later)
    {
        for (int field = 0; field < Count; field++)
        {
            if (later._lengths[field] >= 0)
            {
                Set(field, later.Bytes((Field)field));
            }
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
        _lengths[replaced] = -1;
        byte[] packed = new byte[Math.Max(First, 2 * (more + _lengths.Sum(length => Math.Max(0, length))))];
        _used = 0;
        for (int field = 0; field < Count; field++)
        {
            Bytes((Field)field).CopyTo(packed.AsSpan(_used));
            _starts[field] = _used;
            _used += Math.Max(0, _lengths[field]);
        }

        _bytes = packed;
    }
}
