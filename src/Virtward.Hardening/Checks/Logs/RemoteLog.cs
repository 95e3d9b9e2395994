using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Logs;

/// <summary>A way by which log lines leave the host.</summary>
/// <param name="What">What sends them.</param>
/// <param name="Secure">Whether it is encrypted; null: not known.</param>
/// <param name="Evidence">Where that stands.</param>
public sealed record RemoteLog(string What, bool? Secure, Evidence Evidence)
{
    // Each is told where to send by a configuration of its own kind, which is not read here.
    private static readonly string[] Shippers =
        ["syslog-ng.service", "filebeat.service", "promtail.service", "alloy.service", "vector.service", "fluent-bit.service",
            "td-agent-bit.service", "td-agent.service", "wazuh-agent.service", "nxlog.service", "splunkforwarder.service", "Splunkd.service", "otelcol.service"];

    /// <summary>All there are.</summary>
    public static ImmutableArray<RemoteLog> Find(AuditFacts facts)
    {
        List<RemoteLog> all = [];
        if (facts.Units.IsActive("systemd-journal-upload.service"))
        {
            FoundSetting? url = facts.Guarding.JournalUpload.GetValueOrDefault("Upload.URL");
            // Without a scheme it is https (systemd-journal-upload(8)).
            all.Add(new RemoteLog("systemd-journal-upload", url is null ? null
                : !url.Value.StartsWith("http://", StringComparison.OrdinalIgnoreCase), url?.Evidence
                ?? new Evidence(EvidenceKind.Unit, "systemd-journal-upload.service", "active; its URL was not read")));
        }

        if (facts.Units.IsActive("rsyslog.service"))
        {
            all.AddRange(Rsyslog(facts.Guarding.Rsyslog));
        }

        all.AddRange(Shippers.Where(facts.Units.IsActive)
            .Select(unit => new RemoteLog(unit, null, new Evidence(EvidenceKind.Unit, unit, facts.Units.Find(unit)!.Told))));
        return [.. all];
    }

    // "*.* @@log.example:6514", "*.* action(type="omfwd" target="…" StreamDriver="gtls" StreamDriverMode="1")", "*.* :omrelp:host:port".
    private static List<RemoteLog> Rsyslog(ImmutableArray<ConfigFile> files)
    {
        bool legacyTls = false;
        List<RemoteLog> found = [];
        foreach (ConfigFile file in files)
        {
            ImmutableArray<string> lines = file.Lines;
            for (int i = 0; i < lines.Length; i++)
            {
                string line = lines[i].Split('#')[0].Trim();
                string lower = line.ToLowerInvariant();
                legacyTls |= lower.StartsWith("$actionsendstreamdrivermode", StringComparison.Ordinal) && line.EndsWith('1');
                int action = lower.IndexOf("action(", StringComparison.Ordinal);
                if (action >= 0)
                {
                    // An action may go on over many lines, up to its bracket.
                    var whole = new System.Text.StringBuilder(lower[action..]);
                    int last = i;
                    bool isWhole = lower.IndexOf(')', action) >= 0;
                    while (!isWhole && last + 1 < lines.Length && whole.Length < 8192)
                    {
                        string next = lines[++last].Split('#')[0].Trim().ToLowerInvariant();
                        whole.Append(' ').Append(next);
                        isWhole = next.Contains(')', StringComparison.Ordinal);
                    }

                    string text = whole.ToString().Replace(" ", "", StringComparison.Ordinal);
                    if (text.Contains("\"omfwd\"", StringComparison.Ordinal))
                    {
                        found.Add(new RemoteLog("rsyslog", text.Contains("streamdrivermode=\"1\"", StringComparison.Ordinal),
                            Evidence.OfLine(file.Path, i + 1, line)));
                    }
                    else if (text.Contains("\"omrelp\"", StringComparison.Ordinal))
                    {
                        found.Add(new RemoteLog("rsyslog", text.Contains("tls=\"on\"", StringComparison.Ordinal), Evidence.OfLine(file.Path, i + 1, line)));
                    }

                    i = last;
                }
                else if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } words && !line.StartsWith('$'))
                {
                    // One sign is UDP, which nobody encrypts; two are TCP, with TLS where the driver is told so above.
                    string target = words[^1];
                    if (target.StartsWith('@') || target.StartsWith(":omrelp:", StringComparison.Ordinal))
                    {
                        found.Add(new RemoteLog("rsyslog", target.StartsWith("@@", StringComparison.Ordinal) && legacyTls, Evidence.OfLine(file.Path, i + 1, line)));
                    }
                }
            }
        }

        return found;
    }
}
