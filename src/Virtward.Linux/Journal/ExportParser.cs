using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Linux.Journal;

/// <summary>
/// Reads the Journal Export Format (systemd's "Journal Export Formats", and <c>journalctl -o export</c>) as it comes in, in bounded memory:
/// a text field is NAME=value and a line end; a binary one NAME, a line end, its length in 64 bits little-endian, the data, a line end;
/// an empty line ends an entry.
/// </summary>
public sealed class ExportParser
{
    private const int LongestMessage = LibraryJournalReader.LongestMessage;
    private const int LongestOther = 1024;
    private const int SizeLength = 8;

    private readonly byte[] _field = new byte[LongestMessage + 64];
    private readonly byte[] _values = new byte[LongestMessage + (8 * LongestOther)];
    private State _state;
    private int _length;
    private bool _isCut;
    private ulong _remaining;
    private byte[] _name = [];
    private int _used;
    private bool _isComplete;
    private Range _message;
    private Range _identifier;
    private Range _unit;
    private Range _command;
    private Range _cursor;
    private bool _messageIsCut;
    private int _processId;
    private int _userId = -1;
    private long _time;
    private bool _hasFields;

    private enum State
    {
        Line,
        Size,
        Data,
        DataEnd,
    }

    /// <summary>The entry that was completed last; until more is parsed.</summary>
    public JournalEntry Entry => new()
    {
        Message = _values.AsSpan(_message),
        IsCut = _messageIsCut,
        Identifier = _values.AsSpan(_identifier),
        Unit = _values.AsSpan(_unit),
        Command = _values.AsSpan(_command),
        ProcessId = _processId,
        UserId = _userId,
        Time = new UnixTime(_time),
    };

    /// <summary>That entry's cursor.</summary>
    public string Cursor => Encoding.UTF8.GetString(_values.AsSpan(_cursor));

    /// <summary>Takes bytes until an entry is complete.</summary>
    /// <param name="input">The bytes; what was taken is cut off.</param>
    /// <returns>Whether an entry is complete; otherwise all of the input was taken.</returns>
    public bool TryParse(ref ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            switch (_state)
            {
                case State.Line:
                    if (TakeLine(ref input))
                    {
                        return true;
                    }

                    break;
                case State.Size:
                    TakeSize(ref input);
                    break;
                case State.Data:
                    TakeData(ref input);
                    break;
                default:
                    input = input[1..];
                    _state = State.Line;
                    break;
            }
        }

        return false;
    }

    private bool TakeLine(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        Collect(end < 0 ? input : input[..end]);
        input = end < 0 ? [] : input[(end + 1)..];
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> line = _field.AsSpan(0, _length);
        int equals = line.IndexOf((byte)'=');
        if (line.IsEmpty)
        {
            bool isEntry = _hasFields && !_isComplete;
            _isComplete = true;
            return isEntry;
        }

        if (equals > 0)
        {
            Keep(line[..equals], line[(equals + 1)..]);
        }
        else
        {
            _name = line.ToArray();
            _state = State.Size;
        }

        _length = 0;
        _isCut = false;
        return false;
    }

    private void TakeSize(ref ReadOnlySpan<byte> input)
    {
        int count = Math.Min(SizeLength - _length, input.Length);
        Collect(input[..count]);
        input = input[count..];
        if (_length == SizeLength)
        {
            _remaining = BinaryPrimitives.ReadUInt64LittleEndian(_field);
            _length = 0;
            _state = State.Data;
            FinishData();
        }
    }

    private void TakeData(ref ReadOnlySpan<byte> input)
    {
        int count = (int)Math.Min(_remaining, (ulong)input.Length);
        Collect(input[..count]);
        input = input[count..];
        _remaining -= (ulong)count;
        FinishData();
    }

    private void FinishData()
    {
        if (_remaining == 0)
        {
            Keep(_name, _field.AsSpan(0, _length));
            _length = 0;
            _isCut = false;
            _state = State.DataEnd;
        }
    }

    /// <summary>Adds to the field at hand; what does not fit is dropped.</summary>
    private void Collect(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _field.Length - _length);
        bytes[..count].CopyTo(_field.AsSpan(_length));
        _length += count;
        _isCut |= count < bytes.Length;
    }

    private void Keep(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (_isComplete || !_hasFields)
        {
            Begin();
        }

        if (name.SequenceEqual("MESSAGE"u8))
        {
            _messageIsCut = _isCut || value.Length > LongestMessage;
            _message = Store(value, LongestMessage);
        }
        else if (name.SequenceEqual("SYSLOG_IDENTIFIER"u8))
        {
            _identifier = Store(value, LongestOther);
        }
        else if (name.SequenceEqual("_SYSTEMD_UNIT"u8))
        {
            _unit = Store(value, LongestOther);
        }
        else if (name.SequenceEqual("_COMM"u8))
        {
            _command = Store(value, LongestOther);
        }
        else if (name.SequenceEqual("__CURSOR"u8))
        {
            _cursor = Store(value, LongestOther);
        }
        else if (name.SequenceEqual("_PID"u8))
        {
            _processId = Number(value, 0);
        }
        else if (name.SequenceEqual("_UID"u8))
        {
            _userId = Number(value, -1);
        }
        else if (name.SequenceEqual("__REALTIME_TIMESTAMP"u8))
        {
            _time = Utf8Parser.TryParse(value, out long time, out int used) && used == value.Length ? time : UnixTime.None.Microseconds;
        }
    }

    private void Begin()
    {
        _isComplete = false;
        _hasFields = true;
        _used = 0;
        _message = _identifier = _unit = _command = _cursor = default;
        _messageIsCut = false;
        _processId = 0;
        _userId = -1;
        _time = UnixTime.None.Microseconds;
    }

    /// <summary>Keeps a value; a field that an entry holds twice may find no room, and counts as empty then.</summary>
    private Range Store(ReadOnlySpan<byte> value, int most)
    {
        value = value[..Math.Min(value.Length, most)];
        if (value.Length > _values.Length - _used)
        {
            return default;
        }

        value.CopyTo(_values.AsSpan(_used));
        var range = new Range(_used, _used + value.Length);
        _used += value.Length;
        return range;
    }

    private static int Number(ReadOnlySpan<byte> text, int otherwise) =>
        Utf8Parser.TryParse(text, out int value, out int used) && used == text.Length && value >= 0 ? value : otherwise;
}
