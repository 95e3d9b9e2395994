namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>
/// An inclusive interval of values as unsigned numbers. IPv4 addresses are 32-bit numbers, IPv6 addresses 128-bit ones, interface names the
/// kernel's 16 bytes (<see cref="InterfaceName"/>), so <c>wg*</c> is an interval too.
/// </summary>
/// <param name="First">The lowest value.</param>
/// <param name="Last">The highest value.</param>
public readonly record struct ValueRange(UInt128 First, UInt128 Last)
{
    /// <summary>The interval of one value.</summary>
    public static ValueRange Single(UInt128 value) => new(value, value);

    /// <summary>Whether the value lies inside.</summary>
    public bool Contains(UInt128 value) => First <= value && value <= Last;

    /// <summary>Whether it holds one value only.</summary>
    public bool IsSingle => First == Last;
}
