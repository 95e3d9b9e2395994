namespace Virtward.Guard.Sources;

/// <summary>What a replay has read.</summary>
/// <param name="Lines">Lines handed on.</param>
/// <param name="TooLong">Lines skipped because they were too long, see <see cref="SourceOptions.MaxLine"/>.</param>
/// <param name="Bytes">Bytes read, unpacked.</param>
public readonly record struct ReplayCounts(long Lines, long TooLong, long Bytes);
