namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>What is special about a <see cref="Step"/>.</summary>
[Flags]
internal enum StepTraits : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A run of all characters but one, which is worth a search.</summary>
    OneStop = 1,

    /// <summary>A run that stops at a text too.</summary>
    Barred = 2,

    /// <summary>A split whose first way begins with the text at hand.</summary>
    NextHasText = 4,

    /// <summary>A split whose other way begins with the text at hand.</summary>
    OtherHasText = 8,

    /// <summary>What a look-around looks for must stand there.</summary>
    Wanted = 16,
}
