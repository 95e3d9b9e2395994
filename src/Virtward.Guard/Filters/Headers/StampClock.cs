using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Virtward.Core.Time;

namespace Virtward.Guard.Filters.Headers;

/// <summary>
/// Places the stamps of one source in time: finds the missing year and the missing zone, and lets the time of receipt decide where
/// a stamp cannot be true. One a source; not for several threads.
/// </summary>
/// <remarks>
/// <para><b>Reference.</b> The time of receipt of a live line; in a replay, where nothing was received, the time that the log ends
/// (the file's mtime, or now).</para>
/// <para><b>No year</b> (RFC 3164): the latest year that puts the stamp no more than 24 hours after the reference and in which the day
/// exists; so 31 Dec read on 1 Jan is last year's, and 29 Feb is the last leap year's. A log without years that spans more than a year
/// is read as its last year.</para>
/// <para><b>No zone</b>: the zone given. An hour that daylight saving skips is read as if the clocks had not been moved; an hour that
/// happens twice is the later one, unless that lies after the reference.</para>
/// <para><b>Received decides.</b> A live line's stamp that lies after its receipt is the time of receipt: a clock that is ahead, or a
/// forged stamp, never makes a ban that ends late. An older stamp is kept: old lines, read late, count for nothing in a window that
/// they have left.</para>
/// </remarks>
public sealed class StampClock
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private const long Day = 24 * 60 * Minute;

    // The two digits of the seconds, as bits of a classic stamp's last eight bytes.
    private const int SecondsBits = 16;

    private readonly TimeZoneInfo _zone;
    private readonly UnixTime _end;

    // The last stamp's bytes and time: a burst within one second costs a compare, one within a minute two digits.
    private readonly byte[] _lastText = new byte[40];
    private int _lastLength;
    private UnixTime _lastReference;
    private UnixTime _lastTime;
    private long _lastMinute;

    // A classic stamp's first eight bytes and its last eight, of which the seconds are the last two.
    private ulong _lastStart;
    private ulong _lastRest;

    // The zone's offset in the last minute asked for: zone rules are costly to evaluate.
    private long _offsetWallMinute = long.MinValue;
    private long _offsetReference;
    private long _offset;

    /// <summary>A clock for one source.</summary>
    /// <param name="zone">The zone of stamps that name none: the host's.</param>
    /// <param name="end">When the log ends; the reference of lines that have no time of receipt.</param>
    public StampClock(TimeZoneInfo zone, UnixTime end)
    {
        _zone = zone;
        _end = end;
        Last = end;
    }

    /// <summary>The time of the last line that was placed; a line without a stamp and without a receipt is as old as that.</summary>
    public UnixTime Last { get; private set; }

    /// <summary>The time of a line.</summary>
    /// <param name="stamp">Its stamp's text; empty where it has none.</param>
    /// <param name="received">When it was received; <see cref="UnixTime.None"/> in a replay.</param>
    public UnixTime TimeOf(ReadOnlySpan<byte> stamp, UnixTime received)
    {
        UnixTime reference = received.IsKnown ? received : _end;
        if (stamp.Length == StampReader.ClassicLength && _lastLength == StampReader.ClassicLength && reference == _lastReference)
        {
            ulong rest = BinaryPrimitives.ReadUInt64LittleEndian(stamp[(StampReader.ClassicLength - sizeof(ulong))..]);
            ulong other = (rest ^ _lastRest) | (BinaryPrimitives.ReadUInt64LittleEndian(stamp) ^ _lastStart);
            if (other == 0)
            {
                return Last = _lastTime;
            }

            if (BinaryPrimitives.ReadUInt64LittleEndian(stamp) == _lastStart && (rest ^ _lastRest) << SecondsBits == 0 && IsSecond(stamp, out int seconds))
            {
                stamp[^2..].CopyTo(_lastText.AsSpan(StampReader.ClassicLength - 2));
                _lastRest = rest;
                _lastTime = NotAfter(received, new UnixTime(_lastMinute + (seconds * Second)));
                return Last = _lastTime;
            }
        }
        else if (stamp.Length == _lastLength && reference == _lastReference && stamp.SequenceEqual(_lastText.AsSpan(0, _lastLength)) && _lastLength > 0)
        {
            return Last = _lastTime;
        }

        if (stamp.IsEmpty || !StampReader.TryRead(stamp, out Stamp parts, out _))
        {
            return Last = received.IsKnown ? received : Last;
        }

        long placed = Place(parts, reference.Microseconds);
        UnixTime time = NotAfter(received, new UnixTime(placed));
        _lastMinute = placed - (parts.WallMicroseconds % Minute);
        _lastLength = stamp.Length <= _lastText.Length ? stamp.Length : 0;
        stamp[.._lastLength].CopyTo(_lastText);
        if (stamp.Length == StampReader.ClassicLength)
        {
            _lastStart = BinaryPrimitives.ReadUInt64LittleEndian(stamp);
            _lastRest = BinaryPrimitives.ReadUInt64LittleEndian(stamp[(StampReader.ClassicLength - sizeof(ulong))..]);
        }

        _lastReference = reference;
        _lastTime = time;
        return Last = time;
    }

    private static UnixTime NotAfter(UnixTime received, UnixTime time) => received.IsKnown && time > received ? received : time;

    /// <summary>The last two digits of a stamp, where they are a second that every minute has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSecond(ReadOnlySpan<byte> stamp, out int seconds)
    {
        uint tens = (uint)(stamp[^2] - '0');
        uint ones = (uint)(stamp[^1] - '0');
        seconds = (int)((tens * 10) + ones);
        return tens < 6 && ones < 10 && stamp[^3] == ':';
    }

    private long Place(in Stamp stamp, long reference)
    {
        if (stamp.HasYear)
        {
            return ToUtc(stamp.WallMicroseconds, stamp.OffsetMinutes, reference);
        }

        long day = stamp.WallMicroseconds / Day;
        long timeOfDay = stamp.WallMicroseconds - (day * Day);
        DateTime date = DateTime.UnixEpoch.AddDays(day);
        int latest = new UnixTime(reference).ToDateTimeOffset().Year + 1;

        // Eight years hold a leap year, across 2100 too.
        for (int year = Math.Min(latest, 9999); year > 1 && year > latest - 10; year--)
        {
            if (!CivilDate.Exists(year, date.Month, date.Day))
            {
                continue;
            }

            long wall = (CivilDate.ToDays(year, date.Month, date.Day) * Day) + timeOfDay;
            if (wall - Day > reference + Day)
            {
                continue; // No zone is a day from UTC: this year is too late whatever the zone.
            }

            long utc = ToUtc(wall, stamp.OffsetMinutes, reference);
            if (utc <= reference + Day)
            {
                return utc;
            }
        }

        return reference;
    }

    private long ToUtc(long wall, int? offsetMinutes, long reference)
    {
        if (offsetMinutes is int minutes)
        {
            return wall - (minutes * Minute);
        }

        long wallMinute = wall / Minute;
        if (wallMinute != _offsetWallMinute || Math.Abs(reference - _offsetReference) > Minute)
        {
            _offset = LocalOffset(wall, reference);
            _offsetWallMinute = wallMinute;
            _offsetReference = reference;
        }

        return wall - _offset;
    }

    /// <summary>The zone's distance from UTC at a wall clock's time, in microseconds.</summary>
    private long LocalOffset(long wall, long reference)
    {
        DateTime local = DateTime.SpecifyKind(new UnixTime(wall).ToDateTimeOffset().UtcDateTime, DateTimeKind.Unspecified);
        if (!_zone.IsAmbiguousTime(local))
        {
            return Micros(_zone.GetUtcOffset(local));
        }

        TimeSpan[] offsets = _zone.GetAmbiguousTimeOffsets(local);
        long later = Micros(offsets.Min());
        return wall - later <= reference + Minute ? later : Micros(offsets.Max());
    }

    private static long Micros(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
