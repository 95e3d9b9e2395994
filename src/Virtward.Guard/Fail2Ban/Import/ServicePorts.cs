using System.Collections.Frozen;
using System.Globalization;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>Reads a jail's <c>port</c>: numbers, ranges <c>1:1023</c> and the service names that fail2ban's jails use, as IANA has them.</summary>
public static class ServicePorts
{
    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["ftp-data"] = 20, ["ftp"] = 21, ["ssh"] = 22, ["telnet"] = 23, ["smtp"] = 25, ["domain"] = 53, ["http"] = 80, ["pop3"] = 110,
        ["ntp"] = 123, ["imap"] = 143, ["imap2"] = 143, ["imap3"] = 220, ["ldap"] = 389, ["https"] = 443, ["smtps"] = 465, ["ssmtp"] = 465,
        ["submissions"] = 465, ["submission"] = 587, ["ldaps"] = 636, ["ftps-data"] = 989, ["ftps"] = 990, ["imaps"] = 993, ["pop3s"] = 995,
        ["mysql"] = 3306, ["sieve"] = 4190, ["postgresql"] = 5432,
    }.ToFrozenDictionary();

    /// <summary>Reads the list.</summary>
    /// <param name="text">The option: entries separated by commas or blanks.</param>
    /// <param name="protocol">The option <c>protocol</c>: tcp, udp, or both with "all" and "tcp,udp".</param>
    /// <param name="ports">The ports as a policy writes them; empty: all of them.</param>
    /// <returns>The entry that is not known; null where all are.</returns>
    public static string? Read(string text, string protocol, out IReadOnlyList<string> ports)
    {
        var found = new List<string>();
        ports = found;
        bool all = protocol.Equals("all", StringComparison.OrdinalIgnoreCase);
        bool udp = all || protocol.Contains("udp", StringComparison.OrdinalIgnoreCase);
        bool tcp = all || !udp || protocol.Contains("tcp", StringComparison.OrdinalIgnoreCase);
        foreach (string entry in text.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = entry.Split([':', '-'], 2);
            int first = Number(entry) ?? Number(ends[0]) ?? -1;
            int last = ends.Length == 2 && Number(entry) is null ? Number(ends[1]) ?? -1 : first;
            if (first < 0 || last is < 1 or > 65535 || first > last)
            {
                found.Clear();
                return entry;
            }

            if (first <= 1 && last == 65535)
            {
                found.Clear();
                return null;
            }

            string range = first == last
                ? last.ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, first)}-{last}");
            Add(tcp, $"{range}/tcp");
            Add(udp, $"{range}/udp");
        }

        return null;

        void Add(bool wanted, string port)
        {
            if (wanted && !found.Contains(port))
            {
                found.Add(port);
            }
        }
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : Numbers.TryGetValue(text, out number) ? number
        : null;
}
