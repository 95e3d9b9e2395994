using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Results;

namespace Virtward.Guard.Filters.Templates;

/// <summary>
/// Reads a template's text: literals, holes in braces, <c>{this|that}</c> for alternatives (<c>{| [preauth]}</c> for an optional
/// part) and doubled braces for a brace. Alternatives become one template each.
/// </summary>
public static class TemplateReader
{
    /// <summary>How many templates the alternatives of one text may make.</summary>
    public const int MostAlternatives = 256;

    /// <summary>Reads a text.</summary>
    /// <param name="text">As a filter file has it.</param>
    /// <returns>One template for each combination of alternatives, or what is wrong, with the column in <paramref name="text"/>.</returns>
    public static Result<ImmutableArray<Template>> Read(string text)
    {
        Result<ImmutableArray<Expansion>> expanded = Expand(text);
        if (!expanded.TryGet(out ImmutableArray<Expansion> expansions, out Problem? problem))
        {
            return problem;
        }

        var templates = ImmutableArray.CreateBuilder<Template>(expansions.Length);
        foreach (Expansion expansion in expansions)
        {
            if (Check(expansion) is string wrong)
            {
                return new Problem($"the template '{text}' {wrong}");
            }

            templates.Add(new Template(expansion.Parts, expansion.Longest ?? false));
        }

        return templates.MoveToImmutable();
    }

    /// <summary>What may mislead in a sound text; null where nothing does.</summary>
    public static string? Warn(string text)
    {
        if (!Expand(text).TryGet(out ImmutableArray<Expansion> expansions, out _))
        {
            return null;
        }

        foreach (ImmutableArray<Part> parts in expansions.Select(e => e.Parts))
        {
            int ip = IndexOf(parts, p => p.Kind == PartKind.Ip);
            int firstFree = IndexOf(parts, p => p.IsFree);
            if (firstFree >= 0 && firstFree < ip && parts[(ip + 1)..].Any(p => p.IsFree))
            {
                return $"the template '{text}' has its address between two free texts: whoever chooses them may forge it";
            }
        }

        return null;
    }

    /// <summary>The parts of one combination of alternatives.</summary>
    /// <param name="Parts">The parts so far; neighbouring literals are joined.</param>
    /// <param name="Longest">How the first of two free parts ends; null where the text does not say.</param>
    private sealed record Expansion(ImmutableArray<Part> Parts, bool? Longest)
    {
        public static readonly Expansion Empty = new([], null);

        public Expansion WithLiteral(string literal)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(literal);
            return bytes.Length == 0 ? this
                : Parts is [.., { Kind: PartKind.Literal } last]
                    ? this with { Parts = Parts.SetItem(Parts.Length - 1, new Part([.. last.Literal, .. bytes])) }
                    : this with { Parts = Parts.Add(new Part(bytes)) };
        }

        public Expansion WithHole(PartKind kind, bool? longest) => new(Parts.Add(new Part(kind)), Longest ?? longest);
    }

    private static Result<ImmutableArray<Expansion>> Expand(string text)
    {
        ImmutableArray<Expansion> expansions = [Expansion.Empty];
        int at = 0;
        while (at < text.Length)
        {
            int brace = text.AsSpan(at).IndexOfAny('{', '}');
            int end = brace < 0 ? text.Length : at + brace;
            string literal = text[at..end];
            expansions = [.. expansions.Select(e => e.WithLiteral(literal))];
            at = end;
            if (at == text.Length)
            {
                break;
            }

            if (at + 1 < text.Length && text[at + 1] == text[at])
            {
                string single = text[at].ToString();
                expansions = [.. expansions.Select(e => e.WithLiteral(single))];
                at += 2;
                continue;
            }

            int close = text.IndexOf('}', at);
            if (text[at] == '}' || close < 0)
            {
                return new Problem($"the template '{text}' has a lone '{text[at]}'", Hint: "double it for a brace itself");
            }

            string inside = text[(at + 1)..close];
            if (inside.Contains('|', StringComparison.Ordinal))
            {
                string[] choices = inside.Split('|');
                if (expansions.Length * choices.Length > MostAlternatives)
                {
                    return new Problem($"the template '{text}' has more than {MostAlternatives} combinations of alternatives", Hint: "write several");
                }

                expansions = [.. expansions.SelectMany(e => choices.Select(e.WithLiteral))];
            }
            else if (Hole(inside) is (PartKind kind, var longest))
            {
                expansions = [.. expansions.Select(e => e.WithHole(kind, longest))];
            }
            else
            {
                return new Problem(
                    $"the template '{text}' has an unknown hole '{{{inside}}}'",
                    Hint: "known are {ip}, {user}, {any}, {word}, {n}, {count}, {time}, {user:shortest}, {user:longest}, {any:shortest}, {any:longest}");
            }

            at = close + 1;
        }

        return expansions;
    }

    private static (PartKind Kind, bool? Longest)? Hole(string name) => name switch
    {
        "ip" => (PartKind.Ip, null),
        "n" => (PartKind.Number, null),
        "count" => (PartKind.Count, null),
        "word" => (PartKind.Word, null),
        "time" => (PartKind.Time, null),
        "any" => (PartKind.Any, null),
        "any:shortest" => (PartKind.Any, false),
        "any:longest" => (PartKind.Any, true),
        "user" => (PartKind.User, null),
        "user:shortest" => (PartKind.User, false),
        "user:longest" => (PartKind.User, true),
        _ => null,
    };

    /// <summary>Why an expansion is unsound; null where it is not.</summary>
    private static string? Check(Expansion expansion)
    {
        ImmutableArray<Part> parts = expansion.Parts;
        if (parts.Length == 0 || parts.All(p => p.Kind != PartKind.Literal))
        {
            return "has no text of its own";
        }

        for (int i = 1; i < parts.Length; i++)
        {
            if (parts[i].Kind != PartKind.Literal && parts[i - 1].Kind != PartKind.Literal)
            {
                return "has two holes side by side: text must part them";
            }
        }

        PartKind? twice = parts.Where(p => p.Kind is PartKind.Ip or PartKind.User or PartKind.Time or PartKind.Count)
            .GroupBy(p => p.Kind).Where(g => g.Count() > 1).Select(g => (PartKind?)g.Key).FirstOrDefault();
        if (twice is not null)
        {
            return $"has more than one {{{twice.Value.ToString().ToLowerInvariant()}}}";
        }

        int free = parts.Count(p => p.IsFree);
        int first = IndexOf(parts, p => p.IsFree);
        int last = parts.Length - 1 - IndexOf([.. parts.Reverse()], p => p.IsFree);
        return free switch
        {
            > 2 => "has more than two free texts ({any}, {user})",
            2 when expansion.Longest is null => "has two free texts: say where the first one ends, with {any:shortest} or {any:longest}",
            < 2 when expansion.Longest is not null => "says shortest or longest without a second free text",
            2 when parts[(first + 1)..last].Any(p => p.Kind == PartKind.Word) => "has a {word} between two free texts",
            > 0 when parts[(last + 1)..].Any(p => p.Kind == PartKind.Time) => "has a {time} after the last free text",
            _ => null,
        };
    }

    private static int IndexOf(ImmutableArray<Part> parts, Func<Part, bool> test)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            if (test(parts[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
