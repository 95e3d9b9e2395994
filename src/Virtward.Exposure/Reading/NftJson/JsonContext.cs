using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>What the parts of the JSON reader share.</summary>
internal sealed class JsonContext
{
    public JsonContext()
    {
        Expressions = new JsonExpressions(this);
        Elements = new JsonElements(this);
        Statements = new JsonStatements(this);
    }

    public ReadingNotes Notes { get; } = new(NftJsonReader.Source);

    public JsonExpressions Expressions { get; }

    public JsonElements Elements { get; }

    public JsonStatements Statements { get; }

    /// <summary>The family of the table that is read.</summary>
    public Family Family { get; set; }

    /// <summary>Where the reader is, for notes: JSON is one long line.</summary>
    public string Where { get; set; } = "";

    /// <summary>The rule that was read last holds <c>xt</c>.</summary>
    public bool HasXtables { get; set; }

    /// <summary>Chains without a name that stood inside the rule that was read last.</summary>
    public List<Chain> InnerChains { get; } = [];

    /// <summary>Sets that rules add to.</summary>
    public HashSet<string> Updated { get; } = new(StringComparer.Ordinal);

    /// <summary>Notes a place that was not understood.</summary>
    public void Note(string what, JsonElement element) => Notes.Add($"{what} in {Where}", element.GetRawText(), 0, 0);

    /// <summary>All items through a function; none where it knows one of them not.</summary>
    public static ImmutableArray<T> All<T>(IEnumerable<JsonElement> items, Func<JsonElement, T?> read)
        where T : class
    {
        ImmutableArray<T>.Builder all = ImmutableArray.CreateBuilder<T>();
        foreach (JsonElement item in items)
        {
            if (read(item) is not { } value)
            {
                return [];
            }

            all.Add(value);
        }

        return all.ToImmutable();
    }
}
