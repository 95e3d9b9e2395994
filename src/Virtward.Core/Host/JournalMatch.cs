namespace Virtward.Core.Host;

/// <summary>A condition on a journal entry: a field has exactly this value, see systemd.journal-fields(7).</summary>
/// <param name="Field">The field's name: capital letters, digits and underscores.</param>
/// <param name="Value">Its value.</param>
public sealed record JournalMatch(string Field, string Value)
{
    /// <summary>As sd_journal_add_match(3) and journalctl(1) take it: <c>_SYSTEMD_UNIT=ssh.service</c>.</summary>
    public override string ToString() => $"{Field}={Value}";
}
