namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>What the text that a date template cuts out of a line says.</summary>
public enum DateKind
{
    /// <summary>Fields: year, month, hour …</summary>
    Fields,

    /// <summary>Seconds since 1970, perhaps with a fraction.</summary>
    Epoch,

    /// <summary>Seconds, milliseconds or microseconds since 1970, told apart by their number of digits.</summary>
    LongEpoch,

    /// <summary>TAI64N, as daemontools and qmail write it: '@' and 24 hexadecimal digits.</summary>
    Tai64N,
}
