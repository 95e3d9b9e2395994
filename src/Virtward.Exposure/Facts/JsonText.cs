using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Exposure.Facts;

/// <summary>Reads the JSON that iproute2 and libvirt print: every value may be missing, of another kind, or out of range.</summary>
internal static class JsonText
{
    /// <summary>The elements of an array that are objects; a problem where the text is no such array. An empty text is an empty array, as old versions print it.</summary>
    public static List<JsonElement> Objects(string? text, string file, ICollection<Problem> problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        try
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            if (HasHalfCharacters(bytes))
            {
                problems.Add(new Problem("holds half a surrogate pair", file));
                return [];
            }

            using JsonDocument document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind == JsonValueKind.Array)
            {
                return [.. document.RootElement.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object).Select(static item => item.Clone())];
            }

            problems.Add(new Problem("is no JSON array", file));
        }
        catch (JsonException failure)
        {
            problems.Add(new Problem($"is no JSON: {JsonFailure.Words(failure)}", file) { Line = (int)Math.Clamp((failure.LineNumber ?? 0) + 1, 1, int.MaxValue) });
        }

        return [];
    }

    /// <summary>A member; null where it is missing.</summary>
    public static JsonElement? Member(this JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>Whether there is such a member, whatever its value: iproute2 writes flags as <c>"not": null</c>.</summary>
    public static bool Has(this JsonElement item, string name) => item.Member(name) is not null;

    /// <summary>A text, or a number as text; null where it is neither.</summary>
    public static string? Text(this JsonElement item, string name) => item.Member(name) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
        _ => null,
    };

    /// <summary>A number, or a text that is one, decimal or with 0x.</summary>
    public static long? Number(this JsonElement item, string name) =>
        item.Text(name) is string text && TryNumber(text, out long number) ? number : null;

    /// <summary>A number of 32 bits.</summary>
    public static int? Int(this JsonElement item, string name) =>
        item.Number(name) is long number and >= int.MinValue and <= int.MaxValue ? (int)number : null;

    /// <summary>true, or 1.</summary>
    public static bool Flag(this JsonElement item, string name) => item.Member(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.Number } value => value.TryGetInt64(out long number) && number != 0,
        { ValueKind: JsonValueKind.String } value => value.GetString() is "on" or "1" or "true",
        _ => false,
    };

    /// <summary>The objects of an array.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement item, string name) =>
        item.Member(name) is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Where(static entry => entry.ValueKind == JsonValueKind.Object)
            : [];

    /// <summary>Whether an array of texts holds one.</summary>
    public static bool Lists(this JsonElement item, string name, string word) =>
        item.Member(name) is { ValueKind: JsonValueKind.Array } list
        && list.EnumerateArray().Any(entry => entry.ValueKind == JsonValueKind.String && entry.GetString() == word);

    /// <summary>An address.</summary>
    public static Address? Address(this JsonElement item, string name) =>
        Core.Net.Address.TryParse(item.Text(name), out Address address) ? address : null;

    /// <summary>A hardware address of 48 bits; 0 where it is none.</summary>
    public static ulong Mac(this JsonElement item, string name) => Mac(item.Text(name));

    /// <summary>A hardware address of 48 bits; 0 where it is none.</summary>
    public static ulong Mac(string? text) =>
        text is { Length: 17 }
        && ulong.TryParse(text.Replace(":", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mac)
            ? mac
            : 0;

    /// <summary>Reads a prefix, a single address, or <c>default</c>, <c>all</c>, <c>any</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="v6">The family of a word.</param>
    /// <param name="prefix">The prefix.</param>
    public static bool TryPrefix([NotNullWhen(true)] string? text, bool v6, out Prefix prefix)
    {
        prefix = v6 ? EveryV6 : EveryV4;
        return text is "default" or "all" or "any" || Prefix.TryParseLenient(text ?? "", out prefix, out _);
    }

    /// <summary>All IPv4 addresses.</summary>
    public static Prefix EveryV4 => new(Core.Net.Address.FromV4(0), 0);

    /// <summary>All IPv6 addresses.</summary>
    public static Prefix EveryV6 => new(default, 0);

    private static bool TryNumber(string text, out long number) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    // "\ud800" is valid JSON and no text: every way to read it, a member's name too, would throw.
    private static bool HasHalfCharacters(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            return true;
        }

        return false;
    }
}
