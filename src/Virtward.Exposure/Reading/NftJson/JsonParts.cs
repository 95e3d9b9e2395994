using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>Looks into JSON without ever throwing: what is not as expected is null.</summary>
internal static class JsonParts
{
    /// <summary>A member of an object.</summary>
    public static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>A member that is a string.</summary>
    public static string? Text(this JsonElement element, string name) => element.Get(name)?.AsText();

    /// <summary>A string's text; null for anything else, also for one with half of a surrogate pair.</summary>
    public static string? AsText(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A member that is a number, or the given one where it is missing or something else.</summary>
    public static long Number(this JsonElement element, string name, long otherwise = 0) =>
        element.Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out long number) ? number : otherwise;

    /// <summary>The only member of an object such as <c>{"drop": null}</c>.</summary>
    public static bool TryOnly(this JsonElement element, [NotNullWhen(true)] out string? name, out JsonElement value)
    {
        (name, value) = (null, default);
        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (name is not null)
            {
                return false;
            }

            try
            {
                (name, value) = (property.Name, property.Value);
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }

        return name is not null;
    }

    /// <summary>The items of an array; of anything else, itself.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [element];

    /// <summary>Two items of an array.</summary>
    public static bool TryPair(this JsonElement element, out JsonElement first, out JsonElement second)
    {
        bool pair = element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2;
        (first, second) = pair ? (element[0], element[1]) : default;
        return pair;
    }
}
