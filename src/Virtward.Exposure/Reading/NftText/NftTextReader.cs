using Virtward.Core.Results;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>Reads what <c>nft -a list ruleset</c> prints (1.0.2 to 1.1; also without <c>-a</c>): the complete form of a ruleset.</summary>
public static class NftTextReader
{
    internal const string Source = "nft list ruleset";

    /// <summary>
    /// The ruleset that a listing shows. What is not understood becomes opaque and is noted; only where the structure itself cannot be followed, such as in
    /// a listing that ends inside a table, there is a problem instead.
    /// </summary>
    /// <param name="text">The listing.</param>
    public static Result<Ruleset> Read(string text) => new RulesetParser(text).Parse();
}
