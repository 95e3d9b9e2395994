using System.Text;

namespace Virtward.Commands;

/// <summary>Reads packets' lines from a stream that may hold anything: one without an end is not taken into memory.</summary>
/// <param name="from">Where from.</param>
internal sealed class PacketLines(TextReader from)
{
    /// <summary>The longest line, in characters: a packet with all fields and a hundred before it takes a fiftieth of that.</summary>
    public const int MaxLine = 1 << 20;

    private readonly char[] _buffer = new char[1 << 14];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;

    /// <summary>The next line.</summary>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The line, or null for one that is too long and was passed over; nothing at the end.</returns>
    public async Task<(bool Any, string? Line)> NextAsync(CancellationToken cancel)
    {
        _line.Clear();
        bool any = false;
        bool tooLong = false;
        while (true)
        {
            if (_at == _end)
            {
                _at = 0;
                _end = await from.ReadAsync(_buffer, cancel);
                if (_end == 0)
                {
                    return (any, tooLong ? null : _line.ToString());
                }
            }

            any = true;
            int stop = _buffer.AsSpan(_at, _end - _at).IndexOf('\n');
            int length = stop < 0 ? _end - _at : stop;
            tooLong |= _line.Length + length > MaxLine;
            if (!tooLong)
            {
                _line.Append(_buffer, _at, length);
            }

            _at += stop < 0 ? length : length + 1;
            if (stop >= 0)
            {
                return (true, tooLong ? null : _line.ToString());
            }
        }
    }
}
