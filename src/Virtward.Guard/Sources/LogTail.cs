using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>
/// One open log file, read on from a place as it grows. Nothing is buffered between two reads: a line without its end is read again when
/// there is more. Every read begins a little before the place, and what is there must be what was there: so a file that
/// was truncated and has grown beyond the place again is noticed too.
/// </summary>
public sealed class LogTail : IDisposable
{
    private readonly FollowContext _context;
    private readonly ILogFile _file;
    private readonly string _path;
    private readonly int _watch;

    // The end of the last complete line, and what is around it, for the mark.
    private long _lineStart;
    private Fingerprint _head;
    private Fingerprint _tail;

    // Where to read on: the same place, or further on inside a line that is being skipped.
    private long _next;
    private Fingerprint _seam;
    private bool _skipping;

    /// <summary>Follows a file from a place.</summary>
    /// <param name="context">What the source shares.</param>
    /// <param name="file">The file, closed with this object.</param>
    /// <param name="path">The name that it was opened by, for messages.</param>
    /// <param name="mark">The place; its identity must be the file's.</param>
    /// <param name="inLine">Whether the place is in the middle of a line, the rest of which is to be skipped.</param>
    public LogTail(FollowContext context, ILogFile file, string path, FileMark mark, bool inLine = false)
    {
        _context = context;
        _file = file;
        _path = path;
        _lineStart = _next = mark.Offset;
        _head = mark.Head;
        _tail = _seam = mark.Tail;
        _skipping = inLine;
        Identity = mark.Identity;
        Modified = mark.Modified;
        IsAhead = mark.IsAhead;
        _watch = -1;
        if (context.Watch is { } watch && watch.WatchFile(file).TryGet(out int number, out _))
        {
            _watch = number;
        }

        Peek();
    }

    /// <summary>Which file it is.</summary>
    public FileIdentity Identity { get; }

    /// <summary>When it was modified last, as far as was seen.</summary>
    public UnixTime Modified { get; private set; }

    /// <summary>Whether there may be something to read without a notification: at first, and after a turn that was cut short.</summary>
    public bool IsBehind { get; private set; } = true;

    /// <summary>See <see cref="FileMark.IsAhead"/>.</summary>
    public bool IsAhead { get; set; }

    /// <summary>Whether its beginning is known: it was not empty when it was looked at.</summary>
    public bool IsBegun => _head.Length > 0;

    /// <summary>The file, to compare its content.</summary>
    public ILogFile File => _file;

    /// <summary>The place up to which lines have been handed on.</summary>
    public FileMark Mark => new(Identity, _lineStart, Modified, _head, _tail) { IsAhead = IsAhead };

    /// <summary>The place where reading goes on; it moves with each read that brings something.</summary>
    public long Next => _next;

    /// <summary>Whether the notifications say that it may have changed; always true where it is not watched.</summary>
    public bool IsAmong(ISet<int> changed) => _watch < 0 || changed.Contains(_watch);

    /// <summary>Notes when the file was modified last, for the mark.</summary>
    public void RefreshModified()
    {
        if (_file.State().TryGet(out LogFileState state, out _))
        {
            Modified = state.Modified;
        }
    }

    /// <summary>Hands on what has come, complete lines only, as far as the turn goes.</summary>
    public TailOutcome Read()
    {
        byte[] buffer = _context.Buffer;
        IsBehind = false;
        for (long budget = _context.Options.Turn; budget > 0;)
        {
            int known = Known;
            if (!_file.Read(_next - known, buffer).TryGet(out int count, out var problem))
            {
                _context.Output.Trouble(_path, problem);
                return TailOutcome.Failed;
            }

            ReadOnlySpan<byte> block = buffer.AsSpan(0, count);
            if (!Continues(block, known))
            {
                return TailOutcome.Replaced;
            }

            long before = _next;
            Scan(block, known);
            budget -= _next - before;
            if (count < buffer.Length)
            {
                return TailOutcome.EndOfFile;
            }
        }

        IsBehind = true;
        return TailOutcome.More;
    }

    /// <summary>Whether the content before our place is another by now.</summary>
    public bool WasReplaced()
    {
        Span<byte> bytes = stackalloc byte[Fingerprint.HeadSize];
        int known = Known;
        int compared = known == _next ? Math.Max(known, _head.Length) : known;
        return _file.Read(_next - known, bytes[..compared]).TryGet(out int count, out _) && !Continues(bytes[..count], known);
    }

    /// <summary>The file will not grow any more: hands on what is left, as a last line without its end.</summary>
    public void HandOnRest()
    {
        byte[] buffer = _context.Buffer;
        int known = Known;
        if (!_skipping && _file.Read(_next - known, buffer).TryGet(out int count, out _) && count > known)
        {
            ReadOnlySpan<byte> block = buffer.AsSpan(0, count);
            ReadOnlySpan<byte> rest = block[known..];
            if (rest.Length <= _context.Options.MaxLine && !rest.Contains((byte)'\n'))
            {
                _context.Output.Line(rest, UnixTime.Now(_context.Clock));
                MoveTo(block, known, count);
            }
        }
    }

    /// <summary>The file's content is another now: begins again with it.</summary>
    public void Restart()
    {
        _lineStart = _next = 0;
        _head = _tail = _seam = default;
        _skipping = false;
        IsBehind = true;
        Peek();
    }

    /// <summary>
    /// Looks at the beginning of a file of which nothing has been read yet. From then on it must begin like that, or it was replaced.
    /// </summary>
    public void Peek()
    {
        if (!IsBegun)
        {
            _head = Fingerprint.Read(_file, 0, Fingerprint.HeadSize);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_watch >= 0)
        {
            _context.Watch?.Unwatch(_watch);
        }

        _file.Dispose();
    }

    /// <summary>
    /// How many of the bytes before the place are read again: enough to see that they are the same, and all of them as long as the
    /// beginning is not known whole. Were they read later, they could be other ones by then.
    /// </summary>
    private int Known =>
        (int)Math.Min(_next, _next <= Fingerprint.HeadSize && _context.Buffer.Length > Fingerprint.HeadSize + _context.Options.MaxLine ? Fingerprint.HeadSize : Fingerprint.TailSize);

    private bool Continues(ReadOnlySpan<byte> block, int known)
    {
        bool isBeginning = known == _next;
        return block.Length >= known
            && Fingerprint.Of(block[(known - _seam.Length)..known]) == _seam
            && (!isBeginning || (block.Length >= _head.Length && Fingerprint.Of(block[.._head.Length]) == _head));
    }

    /// <summary>Hands on the complete lines of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="at">Where in it the new bytes begin: those at <see cref="_next"/>.</param>
    private void Scan(ReadOnlySpan<byte> block, int at)
    {
        if (at == block.Length)
        {
            return;
        }

        UnixTime received = UnixTime.Now(_context.Clock);
        int start = at;
        if (_skipping)
        {
            int end = block[at..].IndexOf((byte)'\n');
            if (end < 0)
            {
                SkipAll(block, at);
                return;
            }

            _skipping = false;
            start = at + end + 1;
        }

        int maxLine = _context.Options.MaxLine;
        SourceOutput output = _context.Output;
        ReadOnlySpan<byte> rest = HandOn(block[start..], received);
        MoveTo(block, at, block.Length - rest.Length);
        if (rest.Length > maxLine)
        {
            output.TooLong++;
            _skipping = true;
            SkipAll(block, block.Length - rest.Length);
        }
    }

    /// <summary>Hands on the whole lines at the beginning of a text, together where they are many and none is too long.</summary>
    /// <returns>What is left: the beginning of a line.</returns>
    private ReadOnlySpan<byte> HandOn(ReadOnlySpan<byte> text, UnixTime received)
    {
        int maxLine = _context.Options.MaxLine;
        SourceOutput output = _context.Output;
        if (text.Length >= _context.Options.TogetherFrom
            && text.LastIndexOf((byte)'\n') is >= 0 and int last
            && Newlines.AreWithin(text[..(last + 1)], maxLine))
        {
            output.Block(text[..(last + 1)], maxLine, received);
            return text[(last + 1)..];
        }

        var splitter = new LineSplitter(text);
        while (splitter.TryNext(out ReadOnlySpan<byte> line))
        {
            if (line.Length <= maxLine)
            {
                output.Line(line, received);
            }
            else
            {
                output.TooLong++;
            }
        }

        return splitter.Rest;
    }

    /// <summary>Moves the place to the end of a line.</summary>
    /// <param name="block">The block.</param>
    /// <param name="at">Where in it <see cref="_next"/> is.</param>
    /// <param name="end">Where in it the place is to be.</param>
    private void MoveTo(ReadOnlySpan<byte> block, int at, int end)
    {
        if (end == at)
        {
            return;
        }

        bool isWhole = at == _next;
        _lineStart = _next += end - at;
        int length = (int)Math.Min(Fingerprint.TailSize, _next);
        _tail = _seam = Fingerprint.Of(block.Slice(end - length, length));
        if (_head.Length < Fingerprint.HeadSize)
        {
            // The block is the whole of the file but after a very long first line, or where blocks are very short.
            int head = (int)Math.Min(Fingerprint.HeadSize, _lineStart);
            _head = isWhole ? Fingerprint.Of(block[..head]) : Fingerprint.Read(_file, 0, head);
        }
    }

    /// <summary>Moves on inside a line that is skipped; the place of the mark stays before it.</summary>
    private void SkipAll(ReadOnlySpan<byte> block, int at)
    {
        _next += block.Length - at;
        _seam = Fingerprint.Of(block[^Math.Min(Fingerprint.TailSize, block.Length)..]);
    }
}
