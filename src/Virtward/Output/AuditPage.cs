using System.Globalization;
using System.Net;
using System.Text;
using Virtward.Exposure.Matrix;
using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;

namespace Virtward.Output;

/// <summary>An audit as one page of HTML: no script, nothing from elsewhere, readable on light and dark ground, and on paper.</summary>
public sealed class AuditPage
{
    private const string Style = """
        :root{--bg:#fbfaf8;--ink:#1c1917;--dim:#6b645c;--box:#fff;--edge:#d6d0c4;--critical:#a30d0d;--high:#c2410c;--medium:#92610a;--low:#57534e;--pass:#15803d}
        @media (prefers-color-scheme:dark){:root{--bg:#16181c;--ink:#f1efec;--dim:#a9b0ba;--box:#1f2329;--edge:#3a3f47;--critical:#f87171;--high:#fb923c;--medium:#fbbf24;--low:#a8a29a;--pass:#4ade80}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:1120px;padding:28px 20px 60px;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:34px 0 10px}h3{font-size:15px;margin:0}.dim{color:var(--dim)}
        .score{display:flex;gap:26px;align-items:center;flex-wrap:wrap;margin:18px 0}.score b{font-size:46px;line-height:1}.tally span{display:inline-block;margin-right:16px}
        .card{background:var(--box);border:1px solid var(--edge);border-left:5px solid var(--low);border-radius:8px;padding:14px 18px;margin:0 0 12px;break-inside:avoid}
        .critical{border-left-color:var(--critical)}.high{border-left-color:var(--high)}.medium{border-left-color:var(--medium)}
        .w{font-weight:650;text-transform:uppercase;font-size:12px;letter-spacing:.04em}.wcritical{color:var(--critical)}.whigh{color:var(--high)}.wmedium{color:var(--medium)}.wlow{color:var(--low)}.wpass{color:var(--pass)}
        code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}pre{background:var(--bg);border:1px solid var(--edge);border-radius:6px;padding:8px 12px;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;margin:8px 0}
        ul.e{margin:6px 0 6px 18px;padding:0}ul.e li{overflow-wrap:anywhere}.f{border-top:1px solid var(--edge);margin-top:10px;padding-top:10px}
        .tab{overflow-x:auto}table{border-collapse:collapse;width:100%;min-width:640px;font-size:14px}th,td{text-align:left;vertical-align:top;padding:6px 14px 6px 0;border-bottom:1px solid var(--edge);overflow-wrap:break-word}
        th{font-weight:650;white-space:nowrap}tr{break-inside:avoid}thead{display:table-header-group}td.n{white-space:nowrap}b code{font-weight:650}
        .pic{overflow-x:auto}.pic svg{max-width:100%;min-width:640px;height:auto}
        @media print{body{max-width:none;padding:0;font-size:12px}table{min-width:0;font-size:11px}.tab,.pic{overflow:visible}.pic svg{min-width:0}pre,code{font-size:10.5px}h2,h3{break-after:avoid}.card{break-inside:auto}.f{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """;

    private readonly StringBuilder _page = new();
    private readonly AuditReport _report;

    private AuditPage(AuditReport report) => _report = report;

    /// <summary>The page's text.</summary>
    /// <param name="report">The report.</param>
    /// <param name="exposure">The matrix, for the picture; null: the rules could not be read.</param>
    public static string Draw(AuditReport report, ExposureReport? exposure) => new AuditPage(report).Make(exposure);

    private string Make(ExposureReport? exposure)
    {
        Line("<!doctype html>");
        Line("<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        Line($"<title>{Safe($"Audit of {_report.Host}")}</title><style>{Style}</style></head><body>");
        Head();
        if (exposure is not null)
        {
            Line("<h2>Who reaches what</h2>");
            Line($"<div class=\"pic\">{ExposurePicture.Draw(exposure)}</div>");
        }

        Services();
        Findings();
        Rest();
        Line("</body></html>");
        return _page.ToString();
    }

    private void Head()
    {
        Score score = _report.Score;
        Line($"<h1>{Safe($"Audit of {_report.Host}")}</h1>");
        string rights = _report.AsRoot ? "as root" : "without root";
        Line($"<div class=\"dim\">{Safe($"{_report.Distribution.Name}, profile {AuditWords.Of(_report.Profile)}, read {rights} on {_report.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC")}</div>");
        Line($"<div class=\"score\"><b>{score.Percent}</b><div><div>of 100: {score.Proven} of {score.Possible} points are proven</div><div class=\"tally\">");
        foreach (Severity severity in new[] { Severity.Critical, Severity.High, Severity.Medium, Severity.Low })
        {
            Line($"<span class=\"w w{AuditWords.Of(severity)}\">{_report.Count(severity)} {AuditWords.Of(severity)}</span>");
        }

        int waived = _report.Results.Count(static result => result.Waiver is not null);
        Line($"<span class=\"dim\">{_report.Count(Status.Pass)} passed, {_report.Count(Status.Unknown)} unknown, {_report.Count(Status.NotApplicable)} do not apply{(waived > 0 ? $", {waived} waived" : "")}</span></div>");
        if (!score.Gains.IsEmpty)
        {
            Line($"<div class=\"dim\">{Safe($"Most would raise it: {string.Join(", ", score.Gains.Take(5).Select(static gain => string.Create(CultureInfo.InvariantCulture, $"{Areas.NameOf(gain.Area)}{(gain.Status == Status.Unknown ? " to be seen" : "")} +{gain.Points:0.#}")))}")}</div>");
        }

        Line("</div></div>");
        foreach (string note in _report.Notes)
        {
            Line($"<div class=\"dim\">{Safe(note)}</div>");
        }
    }

    private void Services()
    {
        if (_report.Services.IsEmpty)
        {
            return;
        }

        Line("<h2>What listens here</h2><div class=\"tab\"><table><thead><tr><th>Service</th><th>Port</th><th>Bound to</th><th>Who reaches it</th><th>Risk</th><th>What to do</th></tr></thead><tbody>");
        foreach (ServiceLine line in _report.Services)
        {
            string level = line.Level is Severity severity ? $"<div class=\"w w{AuditWords.Of(severity)}\">{AuditWords.Of(severity)}</div>" : "<div class=\"w wpass\">as it should be</div>";
            Line($"<tr><td><b>{Safe(line.Name)}</b><div class=\"dim\">{Safe(line.Owner)}</div></td><td class=\"n\">{Safe(line.Port)}</td><td>{Safe(line.Bound)}</td><td>{level}{Safe(line.Reach)}</td><td>{Safe(line.Risk)}</td><td>{Safe(line.Advice)}</td></tr>");
        }

        Line("</tbody></table></div>");
    }

    private void Findings()
    {
        Line("<h2>Findings</h2>");
        bool any = false;
        foreach (CheckResult result in _report.Open)
        {
            any = true;
            string severity = AuditWords.Of(result.Severity);
            Line($"<div class=\"card {severity}\" id=\"{Safe(result.Check.Id)}\"><h3><span class=\"w w{severity}\">{severity}</span> {Safe(result.Check.Id)} · {Safe(result.Check.Title)}</h3>");
            Line($"<div class=\"dim\">{Safe(result.Check.Why)}</div>");
            foreach (Finding finding in result.Outcome.Findings.OrderByDescending(finding => finding.Severity ?? result.Check.Severity))
            {
                Write(finding);
            }

            if (result.Outcome.Unseen.Length > 0)
            {
                Line($"<div class=\"f dim\">Not seen: {Safe(result.Outcome.Unseen)}</div>");
            }

            string elsewhere = result.Check.References.IsEmpty ? "" : $"; the same elsewhere: {string.Join("; ", result.Check.References)}";
            Line($"<div class=\"f dim\">{Safe($"More: docs/checks/{result.Check.Id}.md{elsewhere}")}</div>");

            Line("</div>");
        }

        if (!any)
        {
            Line("<p>None.</p>");
        }
    }

    private void Write(Finding finding)
    {
        Line($"<div class=\"f\"><b>{Safe(finding.Subject)}</b>: {Safe(finding.What)}<ul class=\"e\">");
        foreach (Evidence evidence in finding.Evidence)
        {
            Line($"<li><code>{Safe(evidence.ToString())}</code></li>");
        }

        Line($"</ul><div>{Told(finding)}{Safe(finding.Remedy.Summary)}</div>");
        if (!finding.Remedy.Steps.IsEmpty)
        {
            Line($"<pre>{Safe(string.Join('\n', finding.Remedy.Steps))}</pre>");
        }

        string undo = finding.Remedy.Undo.Length > 0 ? $" Undo: {finding.Remedy.Undo}" : "";
        Line($"<div class=\"dim\">{Safe($"Risk: {AuditWords.Told(finding.Remedy.Risk)}.{undo}")}</div></div>");
    }

    private static string Told(Finding finding) => finding.Change is null ? "" : $"<b><code>virtward plan</code> has this change ({Safe(finding.Change)}).</b> ";

    private void Rest()
    {
        Line("<h2>All checks</h2><div class=\"tab\"><table><thead><tr><th>Check</th><th></th><th>What must hold</th><th>What was seen</th></tr></thead><tbody>");
        foreach (CheckResult result in _report.Results)
        {
            string state = result.Waiver is not null ? "waived" : AuditWords.Of(result.Outcome.Status);
            string seen = result.Waiver is { } waiver ? $"until {waiver.Until:yyyy-MM-dd}: {waiver.Because}"
                : result.IsOpen ? Words.Count(result.Outcome.Findings.Length, "finding") : result.Outcome.Reason;
            string style = state switch { "pass" => "wpass", "fail" => $"w{AuditWords.Of(result.Severity)}", "unknown" or "waived" => "wmedium", _ => "wlow" };
            Line($"<tr><td class=\"n\">{Safe(result.Check.Id)}</td><td class=\"n w {style}\">{state}</td><td>{Safe(result.Check.Title)}</td><td class=\"dim\">{Safe(seen)}</td></tr>");
        }

        Line("</tbody></table></div>");
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    private void Line(string text) => _page.Append(text).Append('\n');
}
