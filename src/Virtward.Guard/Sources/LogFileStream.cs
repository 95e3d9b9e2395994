using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>A log file as a stream from its beginning, for the framework's decompression. Does not close the file.</summary>
public sealed class LogFileStream : Stream
{
    private readonly ILogFile _file;
    private long _position;

    /// <summary>A stream over an open file.</summary>
    public LogFileStream(ILogFile file) => _file = file;

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
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (!_file.Read(_position, buffer).TryGet(out int read, out var problem))
        {
            throw new IOException(problem.ToString());
        }

        _position += read;
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
}
