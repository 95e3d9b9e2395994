namespace Virtward.Core.Policy;

/// <summary>How often something is looked at by a timer.</summary>
public enum DriftRhythm
{
    /// <summary>Never by itself.</summary>
    Off,

    /// <summary>Every hour.</summary>
    Hourly,

    /// <summary>Every day.</summary>
    Daily,

    /// <summary>Every week.</summary>
    Weekly,
}
