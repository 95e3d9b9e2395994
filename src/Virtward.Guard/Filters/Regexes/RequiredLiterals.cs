using System.Collections.Immutable;
using System.Text;

namespace Virtward.Guard.Filters.Regexes;

/// <summary>
/// Texts of which at least one stands in everything that a regular expression matches. Looking for them first spares the
/// expression most lines.
/// </summary>
public sealed class RequiredLiterals
{
    /// <summary>Shorter literals stand in too many lines to spare anything.</summary>
    public const int ShortestLiteral = 3;

    private readonly byte[][] _utf8;

    private RequiredLiterals(ImmutableArray<string> anyOf)
    {
        AnyOf = anyOf;
        _utf8 = [.. anyOf.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The literals, ASCII, at least three bytes each; empty where none are known and every line may match.</summary>
    public ImmutableArray<string> AnyOf { get; }

    /// <summary>Reads a pattern of .NET's syntax; Python's named groups are understood too.</summary>
    /// <param name="pattern">The pattern; where it is not understood, none are known.</param>
    public static RequiredLiterals Of(string pattern) => new(new RegexLiteralScanner(pattern).Scan());

    /// <summary>Whether a line may match: it holds a literal, or none are known.</summary>
    public bool MayMatch(ReadOnlySpan<byte> line)
    {
        foreach (byte[] literal in _utf8)
        {
            if (line.IndexOf(literal) >= 0)
            {
                return true;
            }
        }

        return _utf8.Length == 0;
    }
}
