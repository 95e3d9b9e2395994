namespace Virtward.Guard.Sources;

/// <summary>
/// What also takes lines by the block. A source that has whole blocks hands them on so, and single lines only where it must: the order is
/// the log's in any case.
/// </summary>
public interface IBlockSink : ILineSink
{
    /// <summary>Takes a block; its memory is the source's again when this returns.</summary>
    void Accept(in LineBlock block);
}
