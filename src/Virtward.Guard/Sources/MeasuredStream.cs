using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>Passes a stream on up to a bound, and keeps what a <see cref="FileMark"/> of its end needs.</summary>
public sealed class MeasuredStream : Stream
{
    private readonly Stream _inner;
    private readonly long _most;
    private readonly byte[] _head = new byte[Fingerprint.HeadSize];
    private byte[] _tail = [];
    private long _length;

    /// <summary>Measures a stream, which is closed with this one.</summary>
    /// <param name="inner">The stream.</param>
    /// <param name="most">How many bytes are passed on at most.</param>
    public MeasuredStream(Stream inner, long most)
    {
        _inner = inner;
        _most = most;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>The mark of the place up to which it has been read.</summary>
    public FileMark Mark(FileIdentity identity, UnixTime modified) => new(
        identity,
        _length,
        modified,
        Fingerprint.Of(_head.AsSpan(0, (int)Math.Min(_length, _head.Length))),
        Fingerprint.Of(_tail));

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = _inner.Read(buffer[..(int)Math.Min(buffer.Length, _most - _length)]);
        ReadOnlySpan<byte> bytes = buffer[..read];
        if (_length < _head.Length)
        {
            bytes[..Math.Min(read, _head.Length - (int)_length)].CopyTo(_head.AsSpan((int)_length));
        }

        if (read > 0)
        {
            ReadOnlySpan<byte> end = bytes[^Math.Min(read, Fingerprint.TailSize)..];
            ReadOnlySpan<byte> before = _tail.AsSpan()[^Math.Min(_tail.Length, Fingerprint.TailSize - end.Length)..];
            _tail = [.. before, .. end];
        }

        _length += read;
        return read;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
