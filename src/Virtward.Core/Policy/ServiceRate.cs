using System.Globalization;

namespace Virtward.Core.Policy;

/// <summary>How often at most.</summary>
/// <param name="Count">So many new connections, 1 or more.</param>
/// <param name="Per">In so long a time: a second, a minute, an hour or a day.</param>
public readonly record struct ServiceRate(int Count, TimeSpan Per)
{
    /// <summary>As a policy writes it: <c>6/minute</c>.</summary>
    public override string ToString()
    {
        string unit = Per.TotalSeconds switch
        {
            1 => "second",
            60 => "minute",
            3600 => "hour",
            _ => "day",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Count}/{unit}");
    }
}
