using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Virtward.Guard.Filters.Headers;

/// <summary>
/// Reads the stamps that logs use, by hand on bytes: <c>Nov  1 08:02:03</c> (RFC 3164), <c>2026-11-01T08:02:03.123456+01:00</c>
/// (RFC 3339, also with a space, a comma, no zone), <c>2026/11/01 08:02:03</c> (nginx), <c>10/Oct/2000:13:55:36 -0700</c> and
/// <c>Sun Nov 01 08:02:03.123456 2026</c> (Apache), and seconds since the epoch with or without a fraction.
/// </summary>
public static class StampReader
{
    /// <summary>The length of <c>Nov  1 08:02:03</c>.</summary>
    public const int ClassicLength = 15;

    private const long Second = 1_000_000;

    /// <summary>
    /// Whether a text starts like <c>Mmm dd hh:mm:ss </c>, with the space: the separators of all sixteen bytes, in two compares. There must be
    /// so many.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsClassic(ReadOnlySpan<byte> text) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(text) & 0x00FF_0000_FF00_0000) == 0x0020_0000_2000_0000
        && (BinaryPrimitives.ReadUInt64LittleEndian(text[8..]) & 0xFF00_00FF_0000_FF00) == 0x2000_003A_0000_3A00;

    /// <summary>Reads a stamp at the start of a text.</summary>
    /// <param name="text">The text; what follows the stamp is left alone.</param>
    /// <param name="stamp">The stamp.</param>
    /// <param name="length">How many bytes it takes.</param>
    /// <returns>Whether there is a stamp of a known form, with a date and a time that exist.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out Stamp stamp, out int length)
    {
        stamp = default;
        length = 0;
        if (text.Length < 9)
        {
            return false;
        }

        if (!IsDigit(text[0]))
        {
            return Month(text) > 0 ? TryReadSyslog(text, out stamp, out length) : TryReadApacheError(text, out stamp, out length);
        }

        return text[4] is (byte)'-' or (byte)'/' ? TryReadIso(text, out stamp, out length)
            : text[2] == '/' ? TryReadApacheAccess(text, out stamp, out length)
            : TryReadEpoch(text, out stamp, out length);
    }

    /// <summary>Mmm dd hh:mm:ss, the day padded with a space or a zero.</summary>
    private static bool TryReadSyslog(ReadOnlySpan<byte> text, out Stamp stamp, out int length)
    {
        stamp = default;
        length = ClassicLength;
        if (text.Length < ClassicLength || text[3] != ' ' || text[6] != ' ')
        {
            return false;
        }

        int month = Month(text);
        int day = text[4] == ' ' ? Digit(text[5]) : Two(text, 4);
        if (!CivilDate.Exists(Stamp.NoYear, month, day) || !TryTime(text[7..], out long time))
        {
            return false;
        }

        time += Fraction(text, ref length);
        stamp = new Stamp { WallMicroseconds = Wall(Stamp.NoYear, month, day, time) };
        return true;
    }

    /// <summary>yyyy-mm-dd hh:mm:ss with either separator, an optional fraction and an optional zone.</summary>
    private static bool TryReadIso(ReadOnlySpan<byte> text, out Stamp stamp, out int length)
    {
        stamp = default;
        length = 19;
        if (text.Length < 19 || text[7] != text[4] || text[10] is not ((byte)'T' or (byte)'t' or (byte)' '))
        {
            return false;
        }

        int year = (Two(text, 0) * 100) + Two(text, 2);
        int month = Two(text, 5);
        int day = Two(text, 8);
        if (Two(text, 0) < 0 || Two(text, 2) < 0 || !CivilDate.Exists(year, month, day) || !TryTime(text[11..], out long time))
        {
            return false;
        }

        time += Fraction(text, ref length);
        stamp = new Stamp
        {
            WallMicroseconds = Wall(year, month, day, time),
            HasYear = true,
            OffsetMinutes = Zone(text, ref length),
        };
        return true;
    }

    /// <summary>dd/Mmm/yyyy:hh:mm:ss ±hhmm, as in the common log format (without its brackets).</summary>
    private static bool TryReadApacheAccess(ReadOnlySpan<byte> text, out Stamp stamp, out int length)
    {
        stamp = default;
        length = 20;
        if (text.Length < 20 || text[6] != '/' || text[11] != ':')
        {
            return false;
        }

        int month = Month(text[3..]);
        int day = Two(text, 0);
        int century = Two(text, 7);
        int year = (century * 100) + Two(text, 9);
        if (century < 0 || Two(text, 9) < 0 || !CivilDate.Exists(year, month, day) || !TryTime(text[12..], out long time))
        {
            return false;
        }

        if (text.Length > 20 && text[20] == ' ')
        {
            int withSpace = 21;
            int? zone = Zone(text, ref withSpace);
            length = zone is null ? length : withSpace;
            stamp = new Stamp { WallMicroseconds = Wall(year, month, day, time), HasYear = true, OffsetMinutes = zone };
            return true;
        }

        stamp = new Stamp { WallMicroseconds = Wall(year, month, day, time), HasYear = true };
        return true;
    }

    /// <summary>Www Mmm dd hh:mm:ss[.ffffff] yyyy, as in Apache's error log (without its brackets) and asctime.</summary>
    private static bool TryReadApacheError(ReadOnlySpan<byte> text, out Stamp stamp, out int length)
    {
        stamp = default;
        length = 19;
        if (text.Length < 24 || text[3] != ' ' || text[7] != ' ' || text[10] != ' ')
        {
            return false;
        }

        int month = Month(text[4..]);
        int day = text[8] == ' ' ? Digit(text[9]) : Two(text, 8);
        if (!TryTime(text[11..], out long time))
        {
            return false;
        }

        time += Fraction(text, ref length);
        if (text.Length < length + 5 || text[length] != ' ')
        {
            return false;
        }

        int century = Two(text, length + 1);
        int year = (century * 100) + Two(text, length + 3);
        if (century < 0 || Two(text, length + 3) < 0 || !CivilDate.Exists(year, month, day))
        {
            return false;
        }

        length += 5;
        stamp = new Stamp { WallMicroseconds = Wall(year, month, day, time), HasYear = true };
        return true;
    }

    /// <summary>Nine to eleven digits (1973 to 5138) and an optional fraction: seconds since the epoch, UTC.</summary>
    private static bool TryReadEpoch(ReadOnlySpan<byte> text, out Stamp stamp, out int length)
    {
        stamp = default;
        length = 0;
        long seconds = 0;
        while (length < text.Length && length < 12 && IsDigit(text[length]))
        {
            seconds = (seconds * 10) + Digit(text[length++]);
        }

        if (length is < 9 or > 11)
        {
            return false;
        }

        long time = (seconds * Second) + Fraction(text, ref length);
        stamp = new Stamp { WallMicroseconds = time, HasYear = true, OffsetMinutes = 0 };
        return true;
    }

    private static long Wall(int year, int month, int day, long timeOfDay) =>
        (CivilDate.ToDays(year, month, day) * 86_400 * Second) + timeOfDay;

    /// <summary>hh:mm:ss as microseconds of the day; a leap second (60) is the second before it.</summary>
    private static bool TryTime(ReadOnlySpan<byte> text, out long time)
    {
        int hour = Two(text, 0);
        int minute = Two(text, 3);
        int second = Two(text, 6);
        time = ((hour * 3600L) + (minute * 60) + Math.Min(second, 59)) * Second;
        return text[2] == ':' && text[5] == ':' && hour is >= 0 and < 24 && minute is >= 0 and < 60 && second is >= 0 and <= 60;
    }

    /// <summary>A fraction of a second after a point or a comma, in microseconds; further digits are dropped.</summary>
    private static long Fraction(ReadOnlySpan<byte> text, ref int at)
    {
        if (at + 1 >= text.Length || text[at] is not ((byte)'.' or (byte)',') || !IsDigit(text[at + 1]))
        {
            return 0;
        }

        long micros = 0;
        long unit = Second / 10;
        for (at++; at < text.Length && IsDigit(text[at]); at++)
        {
            micros += Digit(text[at]) * unit;
            unit /= 10;
        }

        return micros;
    }

    /// <summary>Z, ±hh, ±hhmm or ±hh:mm; null where there is none.</summary>
    private static int? Zone(ReadOnlySpan<byte> text, ref int at)
    {
        if (at >= text.Length)
        {
            return null;
        }

        if (text[at] is (byte)'Z' or (byte)'z')
        {
            at++;
            return 0;
        }

        if (text[at] is not ((byte)'+' or (byte)'-') || text.Length < at + 3 || Two(text, at + 1) is not (>= 0 and <= 23))
        {
            return null;
        }

        int sign = text[at] == '-' ? -1 : 1;
        int minutes = Two(text, at + 1) * 60;
        at += 3;
        int rest = at < text.Length && text[at] == ':' ? at + 1 : at;
        if (rest + 2 <= text.Length && Two(text, rest) is >= 0 and <= 59)
        {
            minutes += Two(text, rest);
            at = rest + 2;
        }

        return sign * minutes;
    }

    /// <summary>The number of an English month's three letters, any case; 0 for anything else.</summary>
    private static int Month(ReadOnlySpan<byte> text) => ((text[0] | 0x20) << 16 | (text[1] | 0x20) << 8 | (text[2] | 0x20)) switch
    {
        ('j' << 16) | ('a' << 8) | 'n' => 1,
        ('f' << 16) | ('e' << 8) | 'b' => 2,
        ('m' << 16) | ('a' << 8) | 'r' => 3,
        ('a' << 16) | ('p' << 8) | 'r' => 4,
        ('m' << 16) | ('a' << 8) | 'y' => 5,
        ('j' << 16) | ('u' << 8) | 'n' => 6,
        ('j' << 16) | ('u' << 8) | 'l' => 7,
        ('a' << 16) | ('u' << 8) | 'g' => 8,
        ('s' << 16) | ('e' << 8) | 'p' => 9,
        ('o' << 16) | ('c' << 8) | 't' => 10,
        ('n' << 16) | ('o' << 8) | 'v' => 11,
        ('d' << 16) | ('e' << 8) | 'c' => 12,
        _ => 0,
    };

    private static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    private static int Digit(byte c) => IsDigit(c) ? c - '0' : -1;

    /// <summary>Two digits as a number; -1 where one is none.</summary>
    private static int Two(ReadOnlySpan<byte> text, int at) =>
        IsDigit(text[at]) && IsDigit(text[at + 1]) ? ((text[at] - '0') * 10) + text[at + 1] - '0' : -1;
}
