using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;

namespace Virtward.Hardening.Inventory.Guarding;

/// <summary>A jail of Fail2Ban that is switched on.</summary>
/// <param name="name">Its name.</param>
/// <param name="config">The configuration that it stands in.</param>
public sealed class Fail2BanJail(string name, Fail2BanConfig config)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The filter's name, without its options.</summary>
    public string Filter => (Find("filter")?.Value ?? Name).Split('[')[0].Trim();

    /// <summary><c>auto</c>, <c>systemd</c>, <c>polling</c> …</summary>
    public string Backend => (Find("backend")?.Value ?? "auto").Split('[')[0].Trim();

    /// <summary>The log files, which may hold wildcards.</summary>
    public ImmutableArray<string> Logs => [.. (Find("logpath")?.Value ?? "").Split('\n').Select(static line => line.Trim().Split(' ')[0])
        .Where(static path => path.StartsWith('/'))];

    /// <summary>The actions, with their options.</summary>
    public string Action => Find("action")?.Value ?? "";

    /// <summary>The names of the actions.</summary>
    public ImmutableArray<string> Actions => [.. Action.Split('\n').Select(static line => line.Split('[')[0].Trim()).Where(static action => action.Length > 0)];

    /// <summary>Whom it never bans, as far as they are addresses.</summary>
    public ImmutableArray<Prefix> Ignored => [.. (Find("ignoreip")?.Value ?? "").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)
        .Select(static text => Prefix.TryParseLenient(text, out Prefix prefix, out _) ? prefix : (Prefix?)null).OfType<Prefix>()];

    /// <summary>How many failures it takes; null: not to be read.</summary>
    public int? MaxRetry => int.TryParse(Find("maxretry")?.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count) ? count : null;

    /// <summary>How long failures count, in seconds; null: not to be read.</summary>
    public long? FindTime => Seconds(Find("findtime")?.Value);

    /// <summary>How long a ban lasts, in seconds, below 0 for ever; null: not to be read.</summary>
    public long? BanTime => Seconds(Find("bantime")?.Value);

    /// <summary>A setting, with everything filled in; null: it is set nowhere.</summary>
    public FoundSetting? Find(string key) => config.Find(Name, key);

    /// <summary>A duration as Fail2Ban writes it: <c>600</c>, <c>-1</c>, <c>1h 30m</c>, <c>1d12h</c>; null: not to be read.</summary>
    public static long? Seconds(string? text)
    {
        string rest = (text ?? "").Trim();
        if (long.TryParse(rest, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long plain))
        {
            return plain;
        }

        long sum = 0;
        for (int i = 0; i < rest.Length;)
        {
            int start = i;
            while (i < rest.Length && char.IsAsciiDigit(rest[i]))
            {
                i++;
            }

            if (i == start || !long.TryParse(rest.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count > 100_000_000)
            {
                return null;
            }

            start = i;
            while (i < rest.Length && char.IsAsciiLetter(rest[i]))
            {
                i++;
            }

            long unit = rest[start..i].ToLowerInvariant() switch
            {
                "" or "s" or "ss" or "sec" or "secs" or "second" or "seconds" => 1,
                "m" or "mm" or "min" or "mins" or "minute" or "minutes" => 60,
                "h" or "hh" or "hour" or "hours" => 3600,
                "d" or "dd" or "day" or "days" => 86_400,
                "w" or "ww" or "week" or "weeks" => 604_800,
                "mo" or "mon" or "month" or "months" => 2_629_800,
                "y" or "yy" or "year" or "years" => 31_557_600,
                _ => 0,
            };
            if (unit == 0)
            {
                return null;
            }

            sum += count * unit;
            while (i < rest.Length && (char.IsWhiteSpace(rest[i]) || rest[i] == '+'))
            {
                i++;
            }
        }

        return rest.Length > 0 ? sum : null;
    }
}
