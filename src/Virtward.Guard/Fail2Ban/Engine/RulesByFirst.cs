using System.Numerics;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>Which expressions may match a text, by its first byte: most begin with <c>^</c> and a word.</summary>
public sealed class RulesByFirst
{
    /// <summary>Of the bits of expressions, the one that the 64th and all after it share.</summary>
    public const int LastBit = 63;

    private readonly ulong[] _rules = new ulong[256];

    /// <summary>Finds it out.</summary>
    /// <param name="rules">The expressions, in order.</param>
    public RulesByFirst(IReadOnlyList<Rule> rules)
    {
        for (int index = 0; index < rules.Count; index++)
        {
            for (int first = 0; first < _rules.Length; first++)
            {
                _rules[first] |= rules[index].Regex.MayBeginWith((byte)first) ? 1UL << Math.Min(index, LastBit) : 0;
            }
        }

        TellsApart = rules.Count > 1 && _rules.Take(128).All(some => BitOperations.PopCount(some) <= rules.Count / 2);
    }

    /// <summary>
    /// Whether a text's first character rules out half of the expressions at least: then it is not worth while to find out which of
    /// their literals a line holds.
    /// </summary>
    public bool TellsApart { get; }

    /// <summary>The expressions that may match a text, one bit each.</summary>
    public ulong Of(ReadOnlySpan<byte> text) => text.IsEmpty ? ulong.MaxValue : _rules[text[0]];
}
