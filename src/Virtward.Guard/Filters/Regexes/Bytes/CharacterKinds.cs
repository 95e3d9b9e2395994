namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// Sorts characters into the few kinds that a program tells apart (digits, blanks, a colon …), so that the tables of its instructions are
/// small enough to stay in the processor's cache.
/// </summary>
public sealed class CharacterKinds
{
    private readonly byte[] _kinds = new byte[Instruction.AtEnd + 1];

    /// <summary>Finds the kinds, and tells each instruction where it leads.</summary>
    /// <param name="instructions">The instructions of a program.</param>
    public CharacterKinds(IEnumerable<Instruction> instructions)
    {
        Instruction[] leading = [.. instructions.Where(instruction => instruction.MayLead)];
        foreach (Instruction instruction in leading)
        {
            // Characters are of the same kind as long as all instructions lead them to the same.
            var refined = new Dictionary<(byte, Instruction?), byte>();
            for (int c = 0; c < _kinds.Length; c++)
            {
                (byte, Instruction?) key = (_kinds[c], instruction.LeadOf(c));
                _ = refined.TryAdd(key, (byte)refined.Count);
                _kinds[c] = refined[key];
            }
        }

        foreach (Instruction instruction in leading)
        {
            var leads = new Instruction?[_kinds.Max() + 1];
            for (int c = 0; c < _kinds.Length; c++)
            {
                leads[_kinds[c]] = instruction.LeadOf(c);
            }

            instruction.Leads = leads;
        }
    }

    /// <summary>The kind of each character; the last is that of the end.</summary>
    public ReadOnlySpan<byte> Of => _kinds;
}
