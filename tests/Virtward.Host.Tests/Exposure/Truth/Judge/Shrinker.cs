using Virtward.Host.Tests.Exposure.Truth.Generator;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>Takes away from a draft what can go while something still holds of the rest.</summary>
internal static class Shrinker
{
    /// <summary>The smallest draft found of which it still holds.</summary>
    /// <param name="draft">Of which it holds.</param>
    /// <param name="holds">What must still hold; false, too, where the kernel refuses the draft.</param>
    /// <param name="tries">How often it may be asked.</param>
    public static Draft Shrink(Draft draft, Func<Draft, bool> holds, int tries)
    {
        for (int size = Math.Max(1, draft.Parts / 2); tries > 0;)
        {
            bool gone = false;
            for (int from = 0; from < draft.Parts && tries > 0; from += size)
            {
                int first = from;
                Draft less = draft.Without(part => part >= first && part < first + size);
                tries--;
                if (less.Parts < draft.Parts && less.Tables.Count > 0 && holds(less))
                {
                    draft = less;
                    gone = true;
                    from -= size;
                }
            }

            if (size == 1 && !gone)
            {
                break;
            }

            size = gone ? size : Math.Max(1, size / 2);
        }

        return draft;
    }
}
