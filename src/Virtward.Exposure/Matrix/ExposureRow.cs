using System.Collections.Immutable;

namespace Virtward.Exposure.Matrix;

/// <summary>One endpoint, and who reaches it from each zone.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Cells">One for each zone, in the report's order.</param>
public sealed record ExposureRow(Endpoint Endpoint, ImmutableArray<Cell> Cells)
{
    /// <summary>The worst of the cells.</summary>
    public Concern Concern => Cells.Length == 0 ? Concern.Closed : Cells.Max(static cell => cell.Concern);
}
