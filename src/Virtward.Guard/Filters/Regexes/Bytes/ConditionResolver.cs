using static Virtward.Guard.Filters.Regexes.Bytes.Syntax;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// Resolves conditions at compile time: <c>(?:(?&lt;a&gt;x)|y)z(?(a)1|2)</c> is <c>(?:(?&lt;a&gt;x)z1|yz2)</c>. The order in which ways are
/// tried is the same, and what follows the group knows its end, so that hopeless ways are told by their first character.
/// </summary>
public sealed class ConditionResolver
{
    private static readonly Syntax Anything = new Loop(new Set(ByteSet.Of('\n').Or(ByteSet.Of('\n').Others())), 0, int.MaxValue, true);

    private readonly HashSet<int> _unique;

    private ConditionResolver(Syntax whole) => _unique = [.. Groups(whole).CountBy(group => group).Where(count => count.Value == 1).Select(count => count.Key)];

    /// <summary>Resolves what can be resolved.</summary>
    /// <param name="syntax">A whole expression.</param>
    /// <param name="largest">The size that it may grow to: what follows a group is there once for each way through it.</param>
    public static Syntax Resolve(Syntax syntax, int largest) => new ConditionResolver(syntax).Resolved(syntax, largest);

    private Syntax Resolved(Syntax syntax, int largest) => syntax switch
    {
        Choice choice => new Choice([.. choice.Branches.Select(branch => Resolved(branch, largest - syntax.Size + branch.Size))]),
        Sequence sequence => Resolved(sequence, largest),
        _ => syntax,
    };

    // Told apart by the first group in it that decides a later condition.
    private Sequence Resolved(Sequence sequence, int largest)
    {
        IReadOnlyList<Syntax> parts = sequence.Parts;
        for (int at = 0; at < parts.Count - 1; at++)
        {
            Syntax[] rest = [.. parts.Skip(at + 1)];
            foreach (int group in rest.SelectMany(Conditions).Distinct())
            {
                // It is decided here, for good, where the group stands nowhere else, in no loop, and nothing in here asks for it.
                if (_unique.Contains(group)
                    && Groups(parts[at]).Contains(group)
                    && !Conditions(parts[at]).Contains(group)
                    && Ways(parts[at], group) is { } ways)
                {
                    List<Sequence> branches = ways.ConvertAll(way =>
                        new Sequence([.. Needed(rest, group, way.Sets), way.Part, .. rest.Select(part => Decided(part, group, way.Sets))]));
                    return branches.Sum(branch => branch.Size) > largest
                        ? sequence
                        : new Sequence([.. parts.Take(at), new Choice([.. branches.Select(branch => Resolved(branch, largest / branches.Count))])]);
                }
            }
        }

        return sequence;
    }

    // A text that a condition asks for must stand somewhere ahead: where it does not, a look spares the whole way.
    private static IEnumerable<Syntax> Needed(Syntax[] rest, int group, bool sets) =>
        from condition in rest.OfType<Condition>()
        where condition.Number == @group && (sets ? condition.Yes : condition.No) is Sequence { Parts.Count: > 0 } needed && needed.Parts.All(part => part is Set)
        select new Look(new Sequence([Anything, sets ? condition.Yes : condition.No]), false, true);

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
