using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>
/// Reads what <c>nft -j list ruleset</c> prints. It says less than the text: arguments of iptables' extensions, devices of ingress chains and, in 1.0.x,
/// the flags of tables and <c>dynamic</c> of sets are missing; what can be told from the rest is told, the other places are noted.
/// </summary>
public static class NftJsonReader
{
    internal const string Source = "nft -j list ruleset";

    private const int MaxDepth = 64;

    /// <summary>The ruleset that a JSON listing shows; a problem only where it is no JSON of that form.</summary>
    /// <param name="utf8">The listing.</param>
    public static Result<Ruleset> Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        if (!System.Text.Unicode.Utf8.IsValid(utf8))
        {
            return new Problem("the listing is not UTF-8", Source);
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
            {
                return new Problem("something follows the listing", Source);
            }

            return new JsonRulesetReader().Read(document.RootElement);
        }
        catch (JsonException e)
        {
            // The library's own words name the place again; the place is what helps.
            return new Problem("the JSON is damaged or cut short", Source, "take the listing again")
            {
                Line = (int)Math.Min(int.MaxValue, (e.LineNumber ?? 0) + 1),
                Column = (int)Math.Min(int.MaxValue, (e.BytePositionInLine ?? 0) + 1),
            };
        }
        finally
        {
            document?.Dispose();
        }
    }
}
