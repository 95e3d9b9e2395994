using static Virtward.Guard.Filters.Regexes.Bytes.Syntax;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// Resolves conditions at compile time: <c>(?:(?&lt;a&gt;x)|y)z(?(a)1|2)</c> is <c>(?&lt;a&gt;x)z1|yz2</c>. The order in which ways are tried is
/// the same, and what follows the group knows its end, so that hopeless ways are told by their first character.
/// </summary>
public static class ConditionResolver
{
    /// <summary>Resolves what can be resolved.</summary>
    /// <param name="syntax">A whole expression.</param>
    /// <param name="largest">The size that it may grow to: what follows a group is there once for each way through it.</param>
    public static Syntax Resolve(Syntax syntax, int largest) => syntax switch
    {
        Choice choice => new Choice([.. choice.Branches.Select(branch => Resolve(branch, largest - syntax.Size + branch.Size))]),
        Sequence sequence => Split(sequence, largest) is { } branches
            ? new Choice([.. branches.Select(branch => Resolve(branch, largest / branches.Count))])
            : sequence,
        _ => syntax,
    };

    // The ways through a sequence, told apart by the first group in it that decides a later condition; null: there is no such group.
    private static List<Syntax>? Split(Sequence sequence, int largest)
    {
        IReadOnlyList<Syntax> parts = sequence.Parts;
        for (int at = 0; at < parts.Count - 1; at++)
        {
            Syntax[] rest = [.. parts.Skip(at + 1)];
            foreach (int group in rest.SelectMany(Conditions).Distinct())
            {
                // It is decided here, for good, where the group stands nowhere else, in no loop, and nothing in here asks for it.
                if (Groups(sequence).Count(number => number == group) == 1
                    && !Conditions(parts[at]).Contains(group)
                    && Ways(parts[at], group) is { } ways)
                {
                    List<Syntax> branches = ways.ConvertAll(Syntax (way) =>
                        new Sequence([.. parts.Take(at), way.Part, .. rest.Select(part => Decided(part, group, way.Sets))]));
                    return branches.Sum(branch => branch.Size) < largest ? branches : null;
                }
            }
        }

        return null;
    }

    // The ways through a part in the order in which they are tried, each of which surely sets the group or surely does not; null: they
    // cannot be told apart.
    private static List<(Syntax Part, bool Sets)>? Ways(Syntax part, int group)
    {
        switch (part)
        {
            case Group own when own.Number == group:
                return [(own, true)];
            case Group outer:
                return Ways(outer.Body, group)?.ConvertAll(way => ((Syntax)new Group(outer.Number, way.Part), way.Sets));
            case Choice choice:
                List<List<(Syntax, bool)>?> branches =
                    [.. choice.Branches.Select(branch => Groups(branch).Contains(group) ? Ways(branch, group) : [(branch, false)])];
                return branches.Contains(null) ? null : [.. branches.SelectMany(branch => branch!)];
            case Sequence sequence:
                int at = sequence.Parts.TakeWhile(inner => !Groups(inner).Contains(group)).Count();
                return at == sequence.Parts.Count
                    ? null
                    : Ways(sequence.Parts[at], group)?.ConvertAll(way =>
                        ((Syntax)new Sequence([.. sequence.Parts.Take(at), way.Part, .. sequence.Parts.Skip(at + 1)]), way.Sets));
            case Loop { From: 0, To: 1 } optional when Ways(optional.Body, group) is { } ways:
                (Syntax, bool) none = (new Sequence([]), false);
                return optional.Lazy ? [none, .. ways] : [.. ways, none];
            default:
                return null;
        }
    }

    // A part with the conditions on a group decided.
    private static Syntax Decided(Syntax part, int group, bool sets) => part switch
    {
        Condition condition when condition.Number == group => Decided(sets ? condition.Yes : condition.No, group, sets),
        Condition other => new Condition(other.Number, Decided(other.Yes, group, sets), Decided(other.No, group, sets)),
        Choice choice => new Choice([.. choice.Branches.Select(branch => Decided(branch, group, sets))]),
        Sequence sequence => new Sequence([.. sequence.Parts.Select(inner => Decided(inner, group, sets))]),
        Group outer => new Group(outer.Number, Decided(outer.Body, group, sets)),
        Look look => new Look(Decided(look.Body, group, sets), look.Behind, look.Wanted),
        Loop loop => new Loop(Decided(loop.Body, group, sets), loop.From, loop.To, loop.Lazy),
        _ => part,
    };

    // The groups that a part asks for, as often as it does.
    private static IEnumerable<int> Conditions(Syntax part) =>
        part is Condition condition ? Inner(part).SelectMany(Conditions).Append(condition.Number) : Inner(part).SelectMany(Conditions);

    private static IEnumerable<int> Groups(Syntax part) =>
        part is Group group ? Inner(part).SelectMany(Groups).Append(group.Number) : Inner(part).SelectMany(Groups);

    private static IEnumerable<Syntax> Inner(Syntax part) => part switch
    {
        Choice choice => choice.Branches,
        Sequence sequence => sequence.Parts,
        Group group => [group.Body],
        Look look => [look.Body],
        Loop loop => [loop.Body],
        Condition condition => [condition.Yes, condition.No],
        _ => [],
    };
}
