using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Xunit;

namespace Virtward.Tests.Core.Policy;

/// <summary>The schema for editors and the reader know the same keys.</summary>
public sealed partial class PolicySchemaTests
{
    private const string Unknown = "qqqqqqqqqqqqqqqqqqqqqqqq";

    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "docs", "policy.schema.json"))).RootElement;

    [Fact]
    public void Every_section_has_the_keys_that_the_reader_knows()
    {
        (string[] Path, string[] Keys)[] sections = [.. Sections(Schema, [])];
        Assert.All(sections, static section => Assert.Equal(section.Keys.Order(StringComparer.Ordinal), KnownToReader(section.Path).Order(StringComparer.Ordinal)));

        // zones, services and jails by name count once; defaults and jails share their increment.
        Assert.Equal(23, sections.Length);
    }

    [Fact]
    public void Every_key_and_the_built_in_policy_are_valid()
    {
        Assert.Empty(Mistakes(Schema, Tree(PolicyReaderTests.EveryKey), ""));
        Assert.Empty(Mistakes(Schema, Tree(DefaultPolicy.Text), ""));
    }

    [Theory]
    [InlineData("version: 2")]
    [InlineData("version: 1\nkernal: {}")]
    [InlineData("version: 1\nssh: { root-login: yes }")]
    [InlineData("version: 1\nssh: { ports: [70000] }")]
    [InlineData("version: 1\nguard: { jails: { sshd: { maxretry: many } } }")]
    [InlineData("version: 1\nzones: { VPN: { interfaces: [wg0] } }")]
    [InlineData("version: 1\nguard: { prefix-bans: { v4: { levels: [64] } } }")]
    public void What_the_reader_refuses_the_schema_refuses(string text)
    {
        Assert.NotEmpty(PolicyReader.Read(text, "p").Problems);
        Assert.NotEmpty(Mistakes(Schema, Tree(text), ""));
    }

    /// <summary>Every object with keys of its own, by its path in a policy; a name that the administrator gives is <c>x</c>.</summary>
    private static IEnumerable<(string[] Path, string[] Keys)> Sections(JsonElement schema, string[] path)
    {
        schema = Resolve(schema);
        if (schema.TryGetProperty("anyOf", out JsonElement several))
        {
            return several.EnumerateArray().SelectMany(each => Sections(each, path));
        }

        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            return properties.EnumerateObject().SelectMany(key => Sections(key.Value, [.. path, key.Name]))
                .Prepend((path, [.. properties.EnumerateObject().Select(static key => key.Name)]));
        }

        return schema.TryGetProperty("additionalProperties", out JsonElement named) && named.ValueKind == JsonValueKind.Object
            ? Sections(named, [.. path, path is [.., "waive"] ? "SSH-05" : "x"])
            : [];
    }

    private static string[] KnownToReader(string[] path)
    {
        string text = "version: 1\n" + (path.Length == 0 ? "" : $"{path[0]}: ") + string.Concat(path.Skip(1).Select(static key => $"{{ {key}: "))
            + (path.Length == 0 ? $"{Unknown}: 1" : $"{{ {Unknown}: 1 }}") + string.Concat(Enumerable.Repeat(" }", Math.Max(0, path.Length - 1)));
        string told = Assert.Single(PolicyReader.Read(text, "p").Problems.Select(static problem => problem.ToString()), static problem => problem.Contains(Unknown, StringComparison.Ordinal));
        Match known = KnownKeys().Match(told);
        Assert.True(known.Success, $"{string.Join('.', path)}: {told}");
        return known.Groups[1].Value.Split(", ");
    }

    private static YamlItem Tree(string text) => YamlTree.Read(text, new ProblemList("p"))!;

    /// <summary>As much of a JSON schema validator as the schema needs; an unknown word in it is a mistake of the schema.</summary>
    private static IEnumerable<string> Mistakes(JsonElement schema, YamlItem item, string path)
    {
        foreach (JsonProperty word in Resolve(schema).EnumerateObject())
        {
            IEnumerable<string> mistakes = word.Name switch
            {
                "$schema" or "title" or "description" or "definitions" => [],
                "type" => Types(word.Value).Any(type => Is(item, type)) ? [] : [$"{path}: no {word.Value}"],
                "enum" => word.Value.EnumerateArray().Any(value => Equal(item, value)) ? [] : [$"{path}: not in {word.Value}"],
                "const" => Equal(item, word.Value) ? [] : [$"{path}: not {word.Value}"],
                "pattern" => item is not YamlText text || Regex.IsMatch(text.Text, word.Value.GetString()!) ? [] : [$"{path}: {text.Text} is not {word.Value}"],
                "minimum" => item is not YamlText text || Number(text) is not double number || number >= word.Value.GetDouble() ? [] : [$"{path}: too small"],
                "maximum" => item is not YamlText text || Number(text) is not double number || number <= word.Value.GetDouble() ? [] : [$"{path}: too large"],
                "anyOf" => word.Value.EnumerateArray().Any(each => !Mistakes(each, item, path).Any()) ? [] : [$"{path}: none of {word.Value.GetArrayLength()}"],
                "items" => item is YamlList list ? list.Items.SelectMany(each => Mistakes(word.Value, each, $"{path}[]")) : [],
                "required" => item is YamlMap map
                    ? word.Value.EnumerateArray().Where(key => map.Entries.All(entry => entry.Key.Text != key.GetString())).Select(key => $"{path}: no {key}")
                    : [],
                "properties" => Entries(item).SelectMany(entry => word.Value.TryGetProperty(entry.Key.Text, out JsonElement of) ? Mistakes(of, entry.Value, $"{path}.{entry.Key.Text}") : []),
                "propertyNames" => Entries(item).SelectMany(entry => Mistakes(word.Value, entry.Key, $"{path}.{entry.Key.Text}")),
                "additionalProperties" => Others(Resolve(schema), item).SelectMany(
                    entry => word.Value.ValueKind == JsonValueKind.False ? [$"{path}: {entry.Key.Text} is unknown"] : Mistakes(word.Value, entry.Value, $"{path}.{entry.Key.Text}")),
                _ => throw new InvalidOperationException($"the schema says {word.Name} at {path}"),
            };
            foreach (string mistake in mistakes)
            {
                yield return mistake;
            }
        }
    }

    private static ImmutableArray<YamlEntry> Entries(YamlItem item) => item is YamlMap map ? map.Entries : [];

    private static IEnumerable<YamlEntry> Others(JsonElement schema, YamlItem item) =>
        Entries(item).Where(entry => !schema.TryGetProperty("properties", out JsonElement known) || !known.TryGetProperty(entry.Key.Text, out _));

    private static IEnumerable<string> Types(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(static each => each.GetString()!) : [value.GetString()!];

    // YAML 1.2's core schema, as editors guess at types.
    private static bool Is(YamlItem item, string type) => type switch
    {
        "object" => item is YamlMap,
        "array" => item is YamlList,
        "null" => item.IsEmpty,
        "boolean" => item is YamlText { IsPlain: true, Text: "true" or "false" },
        "integer" => item is YamlText text && Number(text) is double number && number == Math.Floor(number),
        "number" => item is YamlText text && Number(text) is not null,
        "string" => item is YamlText text && !text.IsEmpty && Number(text) is null && text is not { IsPlain: true, Text: "true" or "false" },
        _ => throw new InvalidOperationException(type),
    };

    private static bool Equal(YamlItem item, JsonElement value) => item is YamlText text && value.ValueKind switch
    {
        JsonValueKind.String => Is(item, "string") && text.Text == value.GetString(),
        JsonValueKind.Number => Number(text) == value.GetDouble(),
        JsonValueKind.True or JsonValueKind.False => Is(item, "boolean") && text.Text == value.GetRawText(),
        _ => false,
    };

    private static double? Number(YamlText text) =>
        text.IsPlain && double.TryParse(text.Text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out JsonElement reference)
        ? Schema.GetProperty("definitions").GetProperty(reference.GetString()!["#/definitions/".Length..])
        : schema;

    private static string Root()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Virtward.slnx")))
        {
            root = root.Parent;
        }

        return root!.FullName;
    }

    [GeneratedRegex(@"known are ([^)]*)\)")]
    private static partial Regex KnownKeys();
}
