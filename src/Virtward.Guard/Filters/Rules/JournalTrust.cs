using System.Collections.Immutable;
using System.Text;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Rules;

/// <summary>
/// Decides which journal entries a filter believes. SYSLOG_IDENTIFIER is chosen by the sender (any local user can run
/// <c>logger -t sshd</c>); the fields with an underscore are journald's own (systemd.journal-fields(7)), so those decide.
/// </summary>
/// <remarks>
/// <para>With a unit: it must be one of the filter's, and the sender no human's account. A user's shell stays in the service's control
/// group where pam_systemd is not used, so the unit alone does not prove that the service wrote the entry.</para>
/// <para>Without a unit (a container's process, a daemon started by hand), or for a filter that names none: the command must be one of
/// the filter's programs and run as root.</para>
/// <para>The kernel's entries are those that have no sender at all: no local process can send such.</para>
/// </remarks>
public sealed class JournalTrust
{
    // Accounts of humans, systemd's "Users, Groups, UIDs and GIDs on systemd Systems".
    private const int FirstHuman = 1000;
    private const int LastHuman = 60_000;

    private readonly ImmutableArray<byte[][]> _units;
    private readonly ImmutableArray<ProgramName> _programs;

    /// <summary>Takes what a filter's file says.</summary>
    /// <param name="units">The units; <c>*</c> stands for any text.</param>
    /// <param name="programs">The programs.</param>
    public JournalTrust(ImmutableArray<string> units, ImmutableArray<ProgramName> programs)
    {
        _units = [.. units.Select(u => u.Split('*').Select(Encoding.UTF8.GetBytes).ToArray())];
        _programs = programs;
    }

    /// <summary>Whether an entry is believed.</summary>
    public bool Accepts(in LogLine entry)
    {
        if (_units.IsEmpty && _programs.IsEmpty)
        {
            return true;
        }

        if (entry.UserId < 0 && entry.ProcessId == 0 && entry.Unit.IsEmpty && entry.Command.IsEmpty)
        {
            return entry.Identifier.SequenceEqual("kernel"u8) && IsProgram(entry.Identifier);
        }

        if (!entry.Unit.IsEmpty && !_units.IsEmpty)
        {
            return IsUnit(entry.Unit)
                && entry.UserId is not (>= FirstHuman and <= LastHuman)
                && (_programs.IsEmpty || IsProgram(entry.Identifier));
        }

        return entry.UserId == 0 && IsProgram(entry.Command) && IsProgram(entry.Identifier);
    }

    private bool IsProgram(ReadOnlySpan<byte> name)
    {
        foreach (ProgramName program in _programs)
        {
            if (program.Matches(name))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsUnit(ReadOnlySpan<byte> unit)
    {
        foreach (byte[][] pieces in _units)
        {
            if (Matches(pieces, unit))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Holds the pieces between the stars against a text: the first at its start, the last at its end, the others in between.</summary>
    private static bool Matches(byte[][] pieces, ReadOnlySpan<byte> text)
    {
        if (pieces.Length == 1)
        {
            return text.SequenceEqual(pieces[0]);
        }

        if (text.Length < pieces[0].Length + pieces[^1].Length || !text.StartsWith(pieces[0]) || !text.EndsWith(pieces[^1]))
        {
            return false;
        }

        text = text[pieces[0].Length..^pieces[^1].Length];
        foreach (byte[] piece in pieces.AsSpan(1, pieces.Length - 2))
        {
            int at = text.IndexOf(piece);
            if (at < 0)
            {
                return false;
            }

            text = text[(at + piece.Length)..];
        }

        return true;
    }
}
