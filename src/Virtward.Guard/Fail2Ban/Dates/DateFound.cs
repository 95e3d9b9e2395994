using System.Text.RegularExpressions;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>A date that was found in a line: the template and its match; group 1 is what is cut out.</summary>
/// <param name="Template">The template.</param>
/// <param name="Match">Its match.</param>
public readonly record struct DateFound(DateTemplate Template, Match Match);
