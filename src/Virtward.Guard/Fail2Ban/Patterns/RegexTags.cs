using System.Globalization;
using System.Text;

namespace Virtward.Guard.Fail2Ban.Patterns;

/// <summary>
/// The tags that fail2ban knows within a regular expression: <c>&lt;HOST&gt;</c>, <c>&lt;ADDR&gt;</c>, <c>&lt;F-USER&gt;…&lt;/F-USER&gt;</c> and
/// so on (jail.conf(5), "FILTERS"). They become groups of fixed names.
/// </summary>
public static class RegexTags
{
    // An IPv4 address, mapped into IPv6 or not: four groups of digits. What is no address is sorted out when it is read.
    private const string V4 = @"(?:::f{4,6}:)?(?P<ip4>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})";

    // An IPv6 address: groups with colons, then a last group or the end of a '::'. Every round of the loop ends in a colon, so the
    // look-behind for one that fail2ban writes before the last ':' is always true and left out: the pattern then needs no backtracking.
    private const string V6 = "(?P<ip6>(?:[0-9a-fA-F]{1,4}::?|::){1,7}(?:[0-9a-fA-F]{1,4}|:))";

    private const string Name = @"(?P<dns>[\w\-.^_]*\w)";
    private const string Bits = @"(?P<cidr>\d+)";
    private const string Either = @"\[?(?:" + V4 + "|" + V6 + @")\]?";
    private const string Host = "(?:" + Either + "|" + Name + ")";
    private const string Subnet = @"\[?(?:" + V4 + "|" + V6 + ")(?:/" + Bits + @")?\]?";

    /// <summary>Replaces the tags.</summary>
    /// <param name="regex">The expression, in Python's dialect.</param>
    /// <param name="captureNames">Whether <c>&lt;HOST&gt;</c> takes host names besides addresses.</param>
    public static string Expand(string regex, bool captureNames)
    {
        var text = new StringBuilder(regex.Length + 256);
        var open = new HashSet<string>(StringComparer.Ordinal);
        int skips = 0;
        int at = 0;
        while (at < regex.Length)
        {
            int length = regex[at] == '<' ? TagLength(regex.AsSpan(at)) : 0;
            if (length == 0)
            {
                text.Append(regex[at++]);
                continue;
            }

            string tag = regex.Substring(at + 1, length - 2);
            if (tag == "SKIPLINES")
            {
                text.Append(CultureInfo.InvariantCulture, $@"\n(?P<skiplines{skips}>(?:(?:.*\n)*?))");
                skips++;
            }
            else if (Fixed(tag, captureNames) is { } known)
            {
                text.Append(known);
            }
            else if (Custom(tag) is { } name)
            {
                open.Add(name);
                text.Append("(?P<").Append(GroupOf(name)).Append('>');
            }
            else
            {
                text.Append(tag[0] == '/' && Custom(tag[1..]) is { } closed && open.Contains(closed) ? ")" : regex.Substring(at, length));
            }

            at += length;
        }

        return LocalFlags(text.ToString());
    }

    private static string? Fixed(string tag, bool captureNames) => tag switch
    {
        "HOST" => captureNames ? Host : Either,
        "ADDR" or "F-ADDR/" => Either,
        "IP4" or "F-IP4/" => V4,
        "IP6" or "F-IP6/" => V6,
        "DNS" or "F-DNS/" => Name,
        "CIDR" or "F-CIDR/" => Bits,
        "SUBNET" or "F-SUBNET/" => Subnet,
        "F-ID/" => @"(?P<fid>\S+)",
        "F-PORT/" => @"(?P<fport>\w+)",
        _ => null,
    };

    /// <summary>The name of an own tag such as F-USER: capitals, digits, '_' and '-' behind <c>F-</c>; null for others.</summary>
    private static string? Custom(string tag)
    {
        if (!tag.StartsWith("F-", StringComparison.Ordinal) || tag.Length == 2)
        {
            return null;
        }

        foreach (char c in tag.AsSpan(2))
        {
            if (!(char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_' or '-'))
            {
                return null;
            }
        }

        return tag[2..];
    }

    private static string GroupOf(string name) => name switch
    {
        "ID" => "fid",
        "PORT" => "fport",
        _ => name.ToLowerInvariant(),
    };

    // <name>, </name>, <name/>, the name of word characters and hyphens.
    private static int TagLength(ReadOnlySpan<char> text)
    {
        int at = text.Length > 1 && text[1] == '/' ? 2 : 1;
        int start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-'))
        {
            at++;
        }

        if (at == start)
        {
            return 0;
        }

        if (at < text.Length && text[at] == '/')
        {
            at++;
        }

        return at < text.Length && text[at] == '>' ? at + 1 : 0;
    }

    // A global flag at the head of a group, ((?i)…) or (?:(?i)…), is meant for that group: (?i:…).
    private static string LocalFlags(string regex)
    {
        for (int at = regex.IndexOf('(', StringComparison.Ordinal); at >= 0; at = regex.IndexOf('(', at + 1))
        {
            if (at > 0 && regex[at - 1] == '\\')
            {
                continue;
            }

            int flags = regex.AsSpan(at).StartsWith("(?:(?") ? at + 3 : regex.AsSpan(at).StartsWith("((?") ? at + 1 : -1;
            int end = flags < 0 ? -1 : flags + 2;
            while (end > 0 && end < regex.Length && char.IsAsciiLetterLower(regex[end]))
            {
                end++;
            }

            if (end > flags + 2 && end < regex.Length && regex[end] == ')')
            {
                regex = string.Concat(regex.AsSpan(0, at), regex.AsSpan(flags, end - flags), ":", regex.AsSpan(end + 1));
            }
        }

        return regex;
    }
}
