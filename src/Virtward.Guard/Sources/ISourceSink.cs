using Virtward.Core.Results;

namespace Virtward.Guard.Sources;

/// <summary>What takes the lines of several sources, on the one thread that reads them all.</summary>
public interface ISourceSink
{
    /// <summary>Takes one line; its memory is the source's again when this returns.</summary>
    /// <param name="source">The source's number in the list of definitions.</param>
    /// <param name="line">The line.</param>
    void Accept(int source, in LogLine line);

    /// <summary>Takes whole lines of a file together, to the same effect as one by one.</summary>
    /// <param name="source">The source's number in the list of definitions.</param>
    /// <param name="block">The lines; their memory is the source's again when this returns.</param>
    void Accept(int source, in LineBlock block)
    {
        var splitter = new LineSplitter(block.Text);
        while (splitter.TryNext(out ReadOnlySpan<byte> line))
        {
            Accept(source, LogLine.OfFile(line, block.Received));
        }
    }

    /// <summary>
    /// Everything that was there has been handed on. Called after each burst of lines, whenever the waiting thread was woken, and about once
    /// a second when it is quiet: the moment to make bans and to save them together with <see cref="FollowedSources.Positions"/>.
    /// </summary>
    void BatchEnd();

    /// <summary>Something that a person should hear of; the source goes on. The same trouble is told once.</summary>
    /// <param name="source">The source's number; -1 where it is about all of them.</param>
    /// <param name="problem">What it is.</param>
    void Trouble(int source, Problem problem);
}
