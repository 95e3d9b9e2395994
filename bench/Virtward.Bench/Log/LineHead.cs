namespace Virtward.Bench.Log;

/// <summary>Writes everything of a line before its message.</summary>
internal sealed class LineHead
{
    private static readonly byte[][] Months =
    [
        "Jan"u8.ToArray(), "Feb"u8.ToArray(), "Mar"u8.ToArray(), "Apr"u8.ToArray(), "May"u8.ToArray(), "Jun"u8.ToArray(),
        "Jul"u8.ToArray(), "Aug"u8.ToArray(), "Sep"u8.ToArray(), "Oct"u8.ToArray(), "Nov"u8.ToArray(), "Dec"u8.ToArray(),
    ];

    private long _day = long.MinValue;
    private DateTime _date;

    /// <summary>Writes it.</summary>
    /// <param name="line">Where to.</param>
    /// <param name="format">The stamp's format.</param>
    /// <param name="time">Microseconds since 1970.</param>
    /// <param name="program">The program.</param>
    /// <param name="pid">Its process; 0 for none.</param>
    public void Write(LineBuffer line, StampFormat format, long time, ReadOnlySpan<byte> program, int pid)
    {
        (long seconds, long micros) = Math.DivRem(time, 1_000_000);
        (long day, long second) = Math.DivRem(seconds, 86_400);
        if (day != _day)
        {
            _day = day;
            _date = DateTime.UnixEpoch.AddDays(day);
        }

        switch (format)
        {
            case StampFormat.Classic:
                line.Add(Months[_date.Month - 1]).Add(" "u8).Add(_date.Day, 2, (byte)' ').Add(" "u8);
                Clock(line, second);
                break;
            case StampFormat.Iso:
                Date(line);
                Clock(line, second);
                line.Add("."u8).Add(micros, 6).Add("+00:00"u8);
                break;
            case StampFormat.Rfc5424:
                line.Add("<38>1 "u8);
                Date(line);
                Clock(line, second);
                line.Add("."u8).Add(micros, 6).Add("Z kvm1 "u8).Add(program).Add(" "u8);
                if (pid == 0)
                {
                    line.Add("-"u8);
                }
                else
                {
                    line.Add(pid);
                }

                line.Add(" - - "u8);
                return;
            default:
                line.Add(seconds).Add("."u8).Add(micros / 1000, 3);
                break;
        }

        line.Add(" kvm1 "u8).Add(program);
        if (pid != 0)
        {
            line.Add("["u8).Add(pid).Add("]"u8);
        }

        line.Add(": "u8);
    }

    private static void Clock(LineBuffer line, long second) =>
        line.Add(second / 3600, 2).Add(":"u8).Add(second / 60 % 60, 2).Add(":"u8).Add(second % 60, 2);

    private void Date(LineBuffer line) => line.Add(_date.Year).Add("-"u8).Add(_date.Month, 2).Add("-"u8).Add(_date.Day, 2).Add("T"u8);
}
