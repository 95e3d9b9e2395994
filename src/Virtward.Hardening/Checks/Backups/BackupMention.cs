namespace Virtward.Hardening.Checks.Backups;

/// <summary>A place that names a program that backs up.</summary>
/// <param name="Program">The program.</param>
/// <param name="Where">The file or unit.</param>
/// <param name="Line">The line; 0: none.</param>
internal sealed record BackupMention(string Program, string Where, int Line)
{
    /// <summary>As evidence.</summary>
    public Evidence Evidence => Line > 0 ? Checks.Evidence.OfLine(Where, Line, Program) : new Evidence(EvidenceKind.Unit, Where, Program);
}
