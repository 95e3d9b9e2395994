using System.IO.Compression;
using Virtward.Core.Results;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>
/// Reads a finished log once, plain or gzip (told by its first bytes), in bounded memory whatever it holds: one block, and lines that are
/// longer than the limit are skipped. Made for <c>virtward guard replay</c>.
/// </summary>
public sealed class ReplayReader
{
    private readonly Stream _log;
    private readonly string _name;
    private readonly byte[] _buffer;
    private readonly int _maxLine;

    /// <summary>A reader of one log.</summary>
    /// <param name="log">The log; a pipe will do. It is not closed.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="options">The limits: block size and longest line count.</param>
    public ReplayReader(Stream log, string name, SourceOptions? options = null)
    {
        options ??= new SourceOptions();
        _log = log;
        _name = name;
        _buffer = new byte[options.BlockSize];
        _maxLine = options.MaxLine;
    }

    /// <summary>When lines count as received: nothing in a replay, so that their own stamps do.</summary>
    public UnixTime Received { get; init; } = UnixTime.None;

    /// <summary>Whether gzip is looked for; not in what has been unpacked already.</summary>
    public bool MayBeCompressed { get; init; } = true;

    /// <summary>Hands on every line of the log; the last one may lack its line end.</summary>
    /// <param name="sink">What takes them.</param>
    /// <param name="progress">Told after each block; null for nobody.</param>
    /// <param name="cancel">Ends it between two blocks, with what was read by then.</param>
    /// <returns>What was read, or why it ended early: the lines before that have been handed on.</returns>
    public Result<ReplayCounts> Run(ILineSink sink, Action<ReplayCounts>? progress = null, CancellationToken cancel = default)
    {
        try
        {
            int first = Fill(_log, 0);
            if (MayBeCompressed && _buffer.AsSpan(0, first) is [0x1f, 0x8b, ..])
            {
                // RFC 1952: two magic bytes. A text log never begins with them.
                using var unpacked = new GZipStream(new PrefixedStream(_buffer.AsSpan(0, first).ToArray(), _log), CompressionMode.Decompress);
                return Read(unpacked, Fill(unpacked, 0), sink, progress, cancel);
            }

            return Read(_log, first, sink, progress, cancel);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new Problem("cannot read the log to its end", _name, e.Message);
        }
    }

    private ReplayCounts Read(Stream stream, int filled, ILineSink sink, Action<ReplayCounts>? progress, CancellationToken cancel)
    {
        long lines = 0, tooLong = 0, bytes = filled;
        bool skipping = false;
        while (!cancel.IsCancellationRequested)
        {
            bool isLast = filled < _buffer.Length;
            ReadOnlySpan<byte> text = _buffer.AsSpan(0, filled);
            int whole = text.LastIndexOf((byte)'\n') + 1;
            if (skipping && whole > 0)
            {
                // The end of a line that has been counted already.
                int end = text.IndexOf((byte)'\n') + 1;
                text = text[end..];
                whole -= end;
                skipping = false;
            }

            lines += whole > 0 ? HandOn(text[..whole], sink, ref tooLong) : 0;
            ReadOnlySpan<byte> rest = skipping ? [] : text[whole..];
            if (rest.Length > _maxLine)
            {
                tooLong++;
                skipping = true;
                rest = [];
            }
            else if (isLast && rest.Length > 0)
            {
                lines++;
                sink.Accept(LogLine.OfFile(rest, Received));
            }

            progress?.Invoke(new ReplayCounts(lines, tooLong, bytes));
            if (isLast)
            {
                break;
            }

            int kept = rest.Length;
            rest.CopyTo(_buffer);
            filled = Fill(stream, kept);
            bytes += filled - kept;
        }

        return new ReplayCounts(lines, tooLong, bytes);
    }

    /// <summary>Hands on whole lines, by the block where the sink takes blocks and no line has to be left out.</summary>
    /// <returns>How many.</returns>
    private int HandOn(ReadOnlySpan<byte> text, ILineSink sink, ref long tooLong)
    {
        int lines = 0;
        if (sink is IBlockSink blocks && Newlines.AreWithin(text, _maxLine))
        {
            lines = Newlines.Count(text);
            blocks.Accept(new LineBlock { Text = text, Lines = lines, LongestLine = _maxLine, Received = Received });
            return lines;
        }

        var splitter = new LineSplitter(text);
        while (splitter.TryNext(out ReadOnlySpan<byte> line))
        {
            if (line.Length > _maxLine)
            {
                tooLong++;
                continue;
            }

            lines++;
            sink.Accept(LogLine.OfFile(line, Received));
        }

        return lines;
    }

    /// <summary>Fills the buffer up from a place; less only at the end of the stream.</summary>
    private int Fill(Stream stream, int from)
    {
        while (from < _buffer.Length)
        {
            int read = stream.Read(_buffer, from, _buffer.Length - from);
            if (read == 0)
            {
                break;
            }

            from += read;
        }

        return from;
    }
}
