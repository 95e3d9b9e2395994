using System.Globalization;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>The match <c>time</c>; hours and days as they are written, which is UTC, or the kernel's time zone with <c>--kerneltz</c>.</summary>
internal static class TimeMatch
{
    private const ulong LastSecond = 86_399;

    // The last moment that the match can name: what is saved where no end was asked for.
    private const string NoEnd = "2038-01-19T03:14:07";

    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    public static void Read(RuleBuilder rule, OptionGroup match)
    {
        ulong first = 0;
        ulong last = LastSecond;
        ulong from = 0;
        ulong until = uint.MaxValue;
        bool hours = false;
        var opaque = new List<Option>();
        foreach (Option option in match.Options)
        {
            bool understood = !option.Negated && option.Name switch
            {
                "timestart" => hours = TryTime(option.Value, out first),
                "timestop" => hours = TryTime(option.Value, out last),
                "datestart" => TryDate(option.Value, out from),
                "datestop" => option.Value == NoEnd || TryDate(option.Value, out until),
                "kerneltz" or "utc" => true,
                _ => false,
            };
            if (option.Name == "weekdays")
            {
                understood = Weekdays(rule, option);
            }
            else if (option.Name == "monthdays")
            {
                rule.Sometimes($"the day of the month ({option})");
                understood = true;
            }

            if (!understood)
            {
                opaque.Add(option);
            }
        }

        if (hours && first <= last)
        {
            rule.Equal(PacketField.MetaHour, false, Make.Range(new ValueRange(first, last)));
        }
        else if (hours && first - last > 1)
        {
            // Over midnight: everything but the time between.
            rule.Equal(PacketField.MetaHour, true, Make.Range(new ValueRange(last + 1, first - 1)));
        }

        if (from > 0 || until < uint.MaxValue)
        {
            rule.Match(Make.Field(PacketField.MetaTime), MatchOperator.GreaterOrEqual, Make.Number(from));
            rule.Match(Make.Field(PacketField.MetaTime), MatchOperator.LessOrEqual, Make.Number(until));
        }

        // --contiguous, which lets a day's time run into the next.
        foreach (Option option in opaque)
        {
            rule.Opaque(option.ToString());
        }
    }

    private static bool Weekdays(RuleBuilder rule, Option option)
    {
        var days = new List<ValueRange>();
        foreach (string name in option.Value.Split(','))
        {
            int day = Array.IndexOf(Days, name);
            if (day < 0 && (!Numbers.TryRead(name, 7, out ulong number) || (day = (int)number % 7) < 0 || number == 0))
            {
                return false;
            }

            days.Add(ValueRange.Single((ulong)day));
        }

        rule.Equal(PacketField.MetaDay, option.Negated, Make.Ranges(days));
        return true;
    }

    private static bool TryTime(string text, out ulong seconds)
    {
        bool ok = ValueText.TrySingle(DataType.Hour, text, out UInt128 value) && value <= LastSecond;
        seconds = ok ? (ulong)value : 0;
        return ok;
    }

    private static bool TryDate(string text, out ulong seconds)
    {
        bool ok = DateTime.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTime moment) && moment >= DateTime.UnixEpoch;
        seconds = ok ? (ulong)(moment - DateTime.UnixEpoch).TotalSeconds : 0;
        return ok;
    }
}
