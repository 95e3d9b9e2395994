namespace Virtward.Hardening.Checks;

/// <summary>The words for severities, states and risks in documents and on the command line; stable.</summary>
public static class AuditWords
{
    /// <summary><c>critical</c>, <c>high</c>, <c>medium</c>, <c>low</c>.</summary>
    public static string Of(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.High => "high",
        Severity.Medium => "medium",
        _ => "low",
    };

    /// <summary><c>pass</c>, <c>fail</c>, <c>unknown</c>, <c>not-applicable</c>.</summary>
    public static string Of(Status status) => status switch
    {
        Status.Pass => "pass",
        Status.Fail => "fail",
        Status.Unknown => "unknown",
        _ => "not-applicable",
    };

    /// <summary><c>isolated</c>, <c>edge</c>, <c>lab</c>.</summary>
    public static string Of(Profile profile) => profile switch
    {
        Profile.Isolated => "isolated",
        Profile.Edge => "edge",
        _ => "lab",
    };

    /// <summary>The profile of a word; null: there is none.</summary>
    public static Profile? ProfileOf(string word) => word switch
    {
        "isolated" => Profile.Isolated,
        "edge" => Profile.Edge,
        "lab" => Profile.Lab,
        _ => null,
    };

    /// <summary><c>file</c>, <c>setting</c>, <c>socket</c>, <c>rule</c>, <c>unit</c>, <c>package</c>, <c>guest</c>, <c>output</c>.</summary>
    public static string Of(EvidenceKind kind) => kind switch
    {
        EvidenceKind.File => "file",
        EvidenceKind.Setting => "setting",
        EvidenceKind.Socket => "socket",
        EvidenceKind.Rule => "rule",
        EvidenceKind.Unit => "unit",
        EvidenceKind.Package => "package",
        EvidenceKind.Guest => "guest",
        _ => "output",
    };

    /// <summary>What a remedy may break, each in a word: <c>lockout</c>, <c>service</c>, <c>guests</c>, <c>performance</c>; none: nothing.</summary>
    public static IEnumerable<string> Of(Risk risk)
    {
        if (risk.HasFlag(Risk.Lockout))
        {
            yield return "lockout";
        }

        if (risk.HasFlag(Risk.Service))
        {
            yield return "service";
        }

        if (risk.HasFlag(Risk.Guests))
        {
            yield return "guests";
        }

        if (risk.HasFlag(Risk.Performance))
        {
            yield return "performance";
        }
    }

    /// <summary>What a remedy may break, for a person.</summary>
    public static string Told(Risk risk)
    {
        List<string> parts = [];
        foreach (string word in Of(risk))
        {
            parts.Add(word switch
            {
                "lockout" => "it can lock you out: keep a second way in open until you have logged in anew",
                "service" => "a service may stop working",
                "guests" => "guests may lose their network or need a restart",
                _ => "it costs some speed",
            });
        }

        return parts.Count == 0 ? "none" : string.Join("; ", parts);
    }
}
