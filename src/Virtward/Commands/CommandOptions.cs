using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;

namespace Virtward.Commands;

/// <summary>Options and arguments that several commands share, so that they are read and refused alike.</summary>
public static class CommandOptions
{
    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON on stdout, and nothing else." };

    /// <summary><c>--policy FILE</c>; null where it is not given.</summary>
    public static Option<string?> Policy() => new("--policy")
    {
        Description = "The policy; without it /etc/virtward/policy.yaml, or the built-in one where there is no such file.",
        HelpName = "FILE",
    };

    /// <summary><c>--patience TIME</c>: for hosts whose programs answer late.</summary>
    public static Option<TimeSpan?> Patience() => Duration(
        "--patience", "Give every program that is asked at least so long, on a slow or very busy host; each has a limit of 3 to 20 seconds if not given.");

    /// <summary>A span of time such as <c>90</c>, <c>10m</c>, <c>1h 30m</c> or <c>2d</c>.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (DurationText.TryParse(text, out TimeSpan span) && span >= TimeSpan.FromSeconds(1))
            {
                return span;
            }

            result.AddError($"'{text}' is no span of time: write 90 (seconds), 10m, 1h 30m, 2d or 1w");
            return null;
        },
    };

    /// <summary>A whole number within bounds; null where it is not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="help">What stands for its value in the help.</param>
    /// <param name="what">What it is, for who writes another: "a port", "a time in seconds".</param>
    /// <param name="from">The least.</param>
    /// <param name="to">The most.</param>
    /// <param name="description">What it does.</param>
    public static Option<int?> Number(string name, string help, string what, int from, int to, string description) => new(name)
    {
        Description = description,
        HelpName = help,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= from && number <= to)
            {
                return number;
            }

            result.AddError($"{name}: {what} is a number from {from} to {to}, and '{text}' is none");
            return null;
        },
    };

    /// <summary><c>--filter NAME|FILE</c>; null where it is not given.</summary>
    public static Option<FilterReference?> Filter() => new("--filter")
    {
        Description = "One filter alone: a built-in such as sshd or \"sshd[mode=aggressive]\", or a file (.yaml ours, .conf fail2ban's).",
        HelpName = "NAME|FILE",
        CustomParser = ParseFilter,
    };

    /// <summary>A filter as an argument.</summary>
    public static Argument<FilterReference?> FilterArgument() => new("FILTER")
    {
        Description = "A built-in such as sshd or \"sshd[mode=aggressive]\", or a file (.yaml ours, .conf fail2ban's).",
        CustomParser = ParseFilter,
    };

    /// <summary>A point in time; without a zone it is local.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time))
            {
                return time;
            }

            result.AddError($"'{text}' is no time: write 2026-11-21T19:50:00Z or \"2026-11-21 19:50\"");
            return null;
        },
    };

    /// <summary>An address or a prefix; anything else is refused with what to write.</summary>
    public static Argument<Prefix> Target(string description) => new("ADDRESS")
    {
        Description = description,
        CustomParser = ParsePrefix,
    };

    private static FilterReference? ParseFilter(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (FilterValues.TryParse(text) is { } reference)
        {
            return reference.IsFile ? reference with { Name = Path.GetFullPath(reference.Name) } : reference;
        }

        result.AddError($"'{text}' is no filter: write sshd, \"sshd[mode=aggressive]\" or a path");
        return null;
    }

    private static Prefix ParsePrefix(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Prefix.TryParseLenient(text, out Prefix prefix, out bool hostBits))
        {
            if (!hostBits)
            {
                return prefix;
            }

            result.AddError($"'{text}' is no prefix: its first address is {prefix}");
        }
        else
        {
            result.AddError($"'{text}' is no address or prefix: write 203.0.113.7, 203.0.113.0/24, 2001:db8::1 or 2001:db8::/48");
        }

        return default;
    }
}
