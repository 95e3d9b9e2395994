using System.Buffers.Text;

namespace Virtward.Bench.Log;

/// <summary>Lines as bytes, handed to a stream in large blocks.</summary>
internal sealed class LineBuffer(Stream output)
{
    private const int LongestLine = 1024;

    private readonly byte[] _bytes = new byte[1 << 20];
    private int _length;

    /// <summary>Lines ended so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Bytes of all lines so far, their ends included.</summary>
    public long Bytes { get; private set; }

    public LineBuffer Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_bytes.AsSpan(_length));
        _length += text.Length;
        return this;
    }

    public LineBuffer Add(long number)
    {
        _ = Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out int written);
        _length += written;
        return this;
    }

    /// <summary>A number with a fixed count of digits, filled from the left.</summary>
    public LineBuffer Add(long number, int digits, byte fill = (byte)'0')
    {
        for (int i = digits - 1; i >= 0; i--)
        {
            _bytes[_length + i] = number == 0 && i < digits - 1 ? fill : (byte)('0' + (number % 10));
            number /= 10;
        }

        _length += digits;
        return this;
    }

    public void End()
    {
        _bytes[_length++] = (byte)'\n';
        Lines++;
        if (_length > _bytes.Length - LongestLine)
        {
            Flush();
        }
    }

    public void Flush()
    {
        output.Write(_bytes, 0, _length);
        Bytes += _length;
        _length = 0;
    }
}
