namespace Virtward.Guard.Sources;

/// <summary>What takes lines from a source, one at a time, on the source's thread.</summary>
public interface ILineSink
{
    /// <summary>Takes one line; the line's memory is the source's again when this returns.</summary>
    void Accept(in LogLine line);
}
