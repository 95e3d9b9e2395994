using System.Globalization;
using System.Text;
using Virtward.Core.Policy;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>Writes imported jails as a policy's YAML, with the values spelt as a person would.</summary>
public static class PolicyText
{
    /// <summary>Writes the policy.</summary>
    /// <param name="jails">The jails.</param>
    /// <param name="neverBan">Never banned by any jail.</param>
    public static string Write(IReadOnlyCollection<ImportedJail> jails, IReadOnlyCollection<string> neverBan)
    {
        var text = new StringBuilder();
        text.Append("# Made by 'virtward guard import fail2ban' from /etc/fail2ban; edit it as you like.\n");
        text.Append("version: 1\n\nguard:\n");
        if (neverBan.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  never-ban: {List(neverBan)}\n");
        }

        text.Append(jails.Count == 0 ? "  jails: {}\n" : "  jails:\n");
        foreach (ImportedJail jail in jails)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {jail.Name}:\n");
            Line("filter", Quote(jail.Filter));
            Line("logs", jail.Logs.Count > 0 ? List(jail.Logs) : null);
            Line("journal", jail.Journal switch { true => "true", false => "false", null => null });
            Line("findtime", Duration(jail.FindTime));
            Line("maxretry", jail.MaxRetry.ToString(CultureInfo.InvariantCulture));
            Line("bantime", Duration(jail.BanTime));
            Line("increment", jail.Increment is { } growth ? Growth(growth) : null);
            Line("ports", jail.Ports.Count > 0 ? $"[{string.Join(", ", jail.Ports)}]" : null);
            Line("never-ban", jail.NeverBan.Count > 0 ? List(jail.NeverBan) : null);
        }

        return text.ToString();

        void Line(string key, string? value)
        {
            if (value is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"      {key}: {value}\n");
            }
        }
    }

    /// <summary>A duration in whole units, largest first: <c>1w</c>, <c>1h 30m</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        long rest = (long)Math.Max(1, Math.Round(span.TotalSeconds));
        var parts = new List<string>();
        foreach ((long unit, char letter) in new[] { (604_800L, 'w'), (86_400L, 'd'), (3_600L, 'h'), (60L, 'm'), (1L, 's') })
        {
            if (rest / unit is > 0 and long count)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count}{letter}"));
                rest %= unit;
            }
        }

        return string.Join(' ', parts);
    }

    private static string Growth(IncrementPolicy growth) => string.Create(
        CultureInfo.InvariantCulture, $"{{ factor: {growth.Factor:0.##}, cap: {Duration(growth.Cap)}, jitter: {growth.Jitter:0.##} }}");

    private static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Quote))}]";

    // Double quotes with the two escapes that any path or expression may need (YAML 1.2, section 7.3.1).
    private static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
