using System.Buffers;
using System.IO.Compression;
using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>A rotated log that was compressed by gzip. Unpacked up to a bound; a damaged or unfinished one holds nothing.</summary>
public sealed class CompressedLog
{
    private readonly ILogFile _file;
    private readonly FollowContext _context;
    private readonly byte[] _head;

    /// <summary>Looks at the beginning of a compressed log.</summary>
    public CompressedLog(ILogFile file, FollowContext context)
    {
        _file = file;
        _context = context;
        _head = ReadHead();
    }

    /// <summary>Whether anything can be unpacked from it.</summary>
    public bool IsReadable => _head.Length > 0;

    /// <summary>The fingerprint of its first unpacked bytes, of less where it is shorter; at most <see cref="Fingerprint.HeadSize"/>.</summary>
    public Fingerprint HeadOf(int length) => Fingerprint.Of(_head.AsSpan(0, Math.Min(length, _head.Length)));

    /// <summary>Whether it begins as a mark's file did.</summary>
    public bool BeginsLike(FileMark mark) =>
        mark.Head.Length <= _head.Length && Fingerprint.Of(_head.AsSpan(0, mark.Head.Length)) == mark.Head;

    /// <summary>Whether it holds the same content up to a mark's place. Unpacks up to there when the beginning is the same.</summary>
    public bool Holds(FileMark mark)
    {
        if (!BeginsLike(mark) || mark.Offset > _context.Options.MostUnpacked)
        {
            return false;
        }

        try
        {
            using MeasuredStream stream = Open();
            return Skip(stream, mark.Offset) && stream.Mark(mark.Identity, mark.Modified).Tail == mark.Tail;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Hands on its lines from a place in the unpacked log on.</summary>
    /// <returns>How far it was read, as a mark of the compressed file; null where it cannot be read to its end.</returns>
    public FileMark? HandOn(string path, LogFileState state, long from)
    {
        try
        {
            using MeasuredStream stream = Open();
            if (!Skip(stream, from))
            {
                return null;
            }

            var reader = new ReplayReader(stream, path, _context.Options)
            {
                Received = UnixTime.Now(_context.Clock),
                MayBeCompressed = false,
            };
            if (!reader.Run(_context.Output).TryGet(out ReplayCounts counts, out var problem))
            {
                _context.Output.Trouble(path, problem);
                return null;
            }

            _context.Output.TooLong += counts.TooLong;
            return stream.Mark(state.Identity, state.Modified);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }
    }

    private MeasuredStream Open() =>
        new(new GZipStream(new LogFileStream(_file), CompressionMode.Decompress), _context.Options.MostUnpacked);

    private byte[] ReadHead()
    {
        var head = new byte[Fingerprint.HeadSize];
        try
        {
            using MeasuredStream stream = Open();
            return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return [];
        }
    }

    private static bool Skip(MeasuredStream stream, long count)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (stream.Position < count)
            {
                if (stream.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - stream.Position))) == 0)
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
