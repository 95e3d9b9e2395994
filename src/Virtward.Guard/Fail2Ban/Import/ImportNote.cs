using System.Globalization;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>One thing that was taken over otherwise than it was, or not at all, and why.</summary>
/// <param name="File">The file that says it; empty where none does.</param>
/// <param name="Line">The line in it, counted from 1; 0 where unknown.</param>
/// <param name="Jail">The jail that it is about; empty for all.</param>
/// <param name="Text">What became of it, a clause.</param>
public sealed record ImportNote(string File, int Line, string Jail, string Text)
{
    /// <summary>
    /// The notes as a person reads them: what one line of a file, most often among the defaults, means for several jails is told once, with
    /// all of them.
    /// </summary>
    public static IEnumerable<ImportNote> Together(IEnumerable<ImportNote> notes) => notes
        .GroupBy(static note => (note.File, note.Line, note.Text, Apart: note.Line > 0 ? "" : note.Jail))
        .Select(static alike => alike.First() with { Jail = string.Join(", ", alike.Select(static note => note.Jail).Distinct()) });

    /// <summary><c>/etc/fail2ban/jail.local:3: [sshd] action …</c></summary>
    public override string ToString()
    {
        string place = File.Length == 0 ? "" : Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: ") : $"{File}: ";
        return $"{place}{(Jail.Length == 0 ? "" : $"[{Jail}] ")}{Text}";
    }
}
