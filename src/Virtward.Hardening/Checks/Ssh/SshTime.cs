using System.Globalization;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>Times as sshd_config(5) writes them: <c>600</c>, <c>10m</c>, <c>1h30m</c>.</summary>
internal static class SshTime
{
    /// <summary>The seconds; null: it is none.</summary>
    public static long? Seconds(string text)
    {
        long total = 0;
        int at = 0;
        if (text.Length is 0 or > 40)
        {
            return null;
        }

        while (at < text.Length)
        {
            int digits = at;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                digits++;
            }

            if (digits == at || !long.TryParse(text.AsSpan(at, Math.Min(digits - at, 12)), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                return null;
            }

            long unit = digits == text.Length ? 1 : char.ToLowerInvariant(text[digits]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => -1 };
            if (unit < 0)
            {
                return null;
            }

            total += number * unit;
            at = digits + 1;
        }

        return total;
    }
}
