namespace Virtward.Guard.Filters;

/// <summary>Where the lines of a program go.</summary>
public sealed class Route
{
    private readonly int[] _filters;

    /// <summary>A route.</summary>
    /// <param name="filters">The indices of the filters, in order.</param>
    /// <param name="isKnown">Whether some filter names the program as it is.</param>
    public Route(int[] filters, bool isKnown)
    {
        _filters = filters;
        IsKnown = isKnown;
    }

    /// <summary>
    /// The indices of the filters that want the program's lines, in order. A filter that names its programs by a wildcard is among those
    /// of an unknown program and decides itself.
    /// </summary>
    public ReadOnlySpan<int> Filters => _filters;

    /// <summary>Whether some filter names the program as it is: then all of the filters told want it.</summary>
    public bool IsKnown { get; }
}
