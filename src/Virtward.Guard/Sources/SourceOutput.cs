using Virtward.Core.Results;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>Where one source puts its lines and troubles, and counts them.</summary>
public sealed class SourceOutput : ILineSink
{
    private readonly int _source;
    private readonly ISourceSink _sink;
    private readonly Dictionary<string, string> _told = [];
    private long _lines;
    private long _bytes;

    /// <summary>An output for the source of this number.</summary>
    public SourceOutput(int source, ISourceSink sink)
    {
        _source = source;
        _sink = sink;
    }

    /// <summary>Lines skipped because they were too long.</summary>
    public long TooLong { get; set; }

    /// <summary>Another file took a log's name.</summary>
    public long Rotations { get; set; }

    /// <summary>A file was cut off under our hands.</summary>
    public long Truncations { get; set; }

    /// <summary>Lines may have been missed.</summary>
    public long Gaps { get; set; }

    /// <summary>None of the files that it follows is there.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>Lines handed on.</summary>
    public long Lines => _lines;

    /// <summary>The present counts.</summary>
    public SourceCounts Counts() => new()
    {
        Lines = _lines,
        Bytes = _bytes,
        TooLong = TooLong,
        Rotations = Rotations,
        Truncations = Truncations,
        Gaps = Gaps,
        IsWaiting = IsWaiting,
    };

    /// <summary>Hands on one line of a file; a carriage return before the line end belongs to the line end.</summary>
    public void Line(ReadOnlySpan<byte> text, UnixTime received)
    {
        if (text is [.., (byte)'\r'])
        {
            text = text[..^1];
        }

        Accept(new LogLine { Text = text, Received = received, UserId = -1 });
    }

    /// <summary>Hands on whole lines of a file together.</summary>
    /// <param name="text">The lines, at least one, each with its newline.</param>
    /// <param name="longest">No line is longer, in bytes.</param>
    /// <param name="received">When they came.</param>
    public void Block(ReadOnlySpan<byte> text, int longest, UnixTime received)
    {
        int lines = Newlines.Count(text);
        _lines += lines;
        _bytes += text.Length - lines - text.Count("\r\n"u8);
        _sink.Accept(_source, new LineBlock { Text = text, Lines = lines, LongestLine = longest, Received = received });
    }

    /// <inheritdoc/>
    public void Accept(in LogLine line)
    {
        _lines++;
        _bytes += line.Text.Length;
        _sink.Accept(_source, in line);
    }

    /// <summary>Tells of a trouble, once until it changes or <see cref="Settled"/> is called.</summary>
    /// <param name="about">What it is about, such as a path.</param>
    /// <param name="problem">The trouble.</param>
    public void Trouble(string about, Problem problem)
    {
        string text = problem.ToString();
        if (!_told.TryGetValue(about, out string? told) || told != text)
        {
            _told[about] = text;
            _sink.Trouble(_source, problem);
        }
    }

    /// <summary>The trouble is over: the next one is told again.</summary>
    public void Settled(string about) => _told.Remove(about);
}
