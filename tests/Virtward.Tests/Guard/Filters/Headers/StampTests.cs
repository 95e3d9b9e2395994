using System.Text;
using Virtward.Core.Time;
using Virtward.Guard.Filters.Headers;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Headers;

public sealed class StampTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.CreateCustomTimeZone(
        "Berlin", TimeSpan.FromHours(1), "Berlin", "CET", "CEST",
        [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date,
                DateTime.MaxValue.Date,
                TimeSpan.FromHours(1),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 2, 0, 0), 3, 5, DayOfWeek.Sunday),
                TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, 3, 0, 0), 10, 5, DayOfWeek.Sunday)),
        ]);

    [Theory]
    [InlineData("Nov  1 08:02:03", "2026-11-01T08:02:03Z")]
    [InlineData("Nov 01 08:02:03", "2026-11-01T08:02:03Z")]
    [InlineData("2026-11-01T08:02:03.123456+01:00", "2026-11-01T07:02:03.123456Z")]
    [InlineData("2026-11-01T08:02:03Z", "2026-11-01T08:02:03Z")]
    [InlineData("2026-11-01T08:02:03-0530", "2026-11-01T13:32:03Z")]
    [InlineData("2026-11-01T08:02:03+01", "2026-11-01T07:02:03Z")]
    [InlineData("2026-11-01 08:02:03,5", "2026-11-01T08:02:03.5Z")]
    [InlineData("2026-11-01 08:02:03.1234567899", "2026-11-01T08:02:03.123456Z")]
    [InlineData("2026/11/01 08:02:03", "2026-11-01T08:02:03Z")]
    [InlineData("10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36Z")]
    [InlineData("Sun Nov 01 08:02:03.123456 2026", "2026-11-01T08:02:03.123456Z")]
    [InlineData("Sun Nov  1 08:02:03 2026", "2026-11-01T08:02:03Z")]
    [InlineData("1793520000.125", "2026-11-01T08:00:00.125Z")]
    [InlineData("1793520000", "2026-11-01T08:00:00Z")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z")]
    public void Every_form_is_read(string stamp, string expected)
    {
        Assert.Equal(expected, Lines.Clock().TimeOf(Encoding.ASCII.GetBytes(stamp), UnixTime.None).ToString());
        Assert.True(StampReader.TryRead(Encoding.ASCII.GetBytes(stamp + "] rest"), out _, out int length));
        Assert.Equal(stamp.Length, length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nov  1 08:02")]
    [InlineData("Now  1 08:02:03")]
    [InlineData("Nov 31 08:02:03")]
    [InlineData("Nov  1 24:02:03")]
    [InlineData("Nov  1 08:61:03")]
    [InlineData("2026-13-01T08:02:03Z")]
    [InlineData("2025-02-29T08:02:03Z")]
    [InlineData("2026-11-0xT08:02:03Z")]
    [InlineData("12345678")]
    [InlineData("123456789012345")]
    [InlineData("99/Oct/2000:13:55:36 -0700")]
    public void What_is_no_stamp_is_none(string stamp) =>
        Assert.False(StampReader.TryRead(Encoding.ASCII.GetBytes(stamp), out _, out _));

    [Theory]
    [InlineData("2027-01-01T00:00:10Z", "Dec 31 23:59:59", "2026-12-31T23:59:59Z")]
    [InlineData("2026-12-31T23:59:50Z", "Jan  1 00:00:01", "2027-01-01T00:00:01Z")] // a clock ten seconds ahead
    [InlineData("2026-11-21T12:00:00Z", "Nov 22 11:59:59", "2026-11-22T11:59:59Z")]
    [InlineData("2026-11-21T12:00:00Z", "Nov 22 12:00:01", "2025-11-22T12:00:01Z")]
    [InlineData("2026-11-21T12:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00Z")]
    [InlineData("2024-02-29T13:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00Z")]
    [InlineData("2103-06-01T00:00:00Z", "Feb 29 12:00:00", "2096-02-29T12:00:00Z")]
    public void The_year_is_the_latest_that_fits(string end, string stamp, string expected)
    {
        var clock = new StampClock(TimeZoneInfo.Utc, At(end));
        Assert.Equal(expected, clock.TimeOf(Encoding.ASCII.GetBytes(stamp), UnixTime.None).ToString());
    }

    [Theory]
    [InlineData("2026-03-29T12:00:00Z", "Mar 29 01:59:59", "2026-03-29T00:59:59Z")]
    [InlineData("2026-03-29T12:00:00Z", "Mar 29 02:30:00", "2026-03-29T01:30:00Z")] // does not exist: as if the clock had stayed
    [InlineData("2026-03-29T12:00:00Z", "Mar 29 03:00:00", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-25T12:00:00Z", "Oct 25 02:30:00", "2026-10-25T01:30:00Z")] // twice: the later
    [InlineData("2026-10-25T00:30:05Z", "Oct 25 02:30:00", "2026-10-25T00:30:00Z")] // the later is still to come
    [InlineData("2026-10-25T01:30:05Z", "Oct 25 02:30:00", "2026-10-25T01:30:00Z")]
    public void Local_time_follows_the_zone(string end, string stamp, string expected)
    {
        var clock = new StampClock(Berlin, At(end));
        Assert.Equal(expected, clock.TimeOf(Encoding.ASCII.GetBytes(stamp), UnixTime.None).ToString());
    }

    [Fact]
    public void Receipt_bounds_a_live_stamp_from_above_only()
    {
        var clock = new StampClock(TimeZoneInfo.Utc, UnixTime.None);
        UnixTime received = At("2026-11-21T12:00:00Z");
        Assert.Equal(received, clock.TimeOf("Nov 21 12:00:07"u8, received));
        Assert.Equal(received, clock.TimeOf("2030-01-01T00:00:00Z"u8, received));
        Assert.Equal(At("2026-11-21T11:00:00Z"), clock.TimeOf("Nov 21 11:00:00"u8, received));
        Assert.Equal(received, clock.TimeOf("nonsense"u8, received));
        Assert.Equal(received, clock.TimeOf(default, received));
    }

    [Fact]
    public void A_line_without_a_stamp_is_as_old_as_the_one_before()
    {
        StampClock clock = Lines.Clock();
        Assert.Equal(Lines.Now, clock.TimeOf(default, UnixTime.None));
        UnixTime last = clock.TimeOf("Nov  1 08:02:03"u8, UnixTime.None);
        Assert.Equal(last, clock.TimeOf("not a stamp"u8, UnixTime.None));
    }

    [Fact]
    public void The_caches_change_nothing()
    {
        var random = new Random(11);
        var cached = new StampClock(Berlin, At("2026-11-21T12:00:00Z"));
        DateTime time = new(2026, 10, 24, 23, 0, 0);
        for (int i = 0; i < 20_000; i++)
        {
            time = time.AddSeconds(random.Next(-3, 9));
            string text = random.Next(3) switch
            {
                0 => time.ToString("MMM dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
                1 => time.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture),
                _ => time.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture),
            };
            byte[] stamp = Encoding.ASCII.GetBytes(text);
            UnixTime received = random.Next(2) == 0 ? UnixTime.None : At("2026-10-25T00:30:00Z") + TimeSpan.FromMinutes(random.Next(120));
            var fresh = new StampClock(Berlin, At("2026-11-21T12:00:00Z"));
            Assert.Equal(fresh.TimeOf(stamp, received), cached.TimeOf(stamp, received));
        }
    }

    private static UnixTime At(string text) => UnixTime.From(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void What_is_remembered_of_the_last_stamp_changes_nothing()
    {
        string[] stamps =
        [
            "Nov  1 08:02:03", "Nov  1 08:02:04", "Nov  1 08:02:59", "Nov  1 08:03:03", "Nov 11 08:02:03", "Oct  1 08:02:03", "Nov  1 08:02:60",
            "Nov  1 08:02:6x", "Nov  1 08 02 03", "1793520000.1234", "1793520000.1235", "2026-11-01T08:02:03Z", "", "Nov  1 08:02:0",
        ];
        UnixTime[] received = [UnixTime.None, UnixTime.FromSeconds(1_793_520_100), UnixTime.FromSeconds(1_793_520_200)];
        var random = new Random(6);
        StampClock kept = Lines.Clock();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] stamp = Encoding.ASCII.GetBytes(stamps[random.Next(stamps.Length)]);
            UnixTime at = received[random.Next(4) == 0 ? random.Next(received.Length) : 0];
            UnixTime got = kept.TimeOf(stamp, at);
            if (StampReader.TryRead(stamp, out _, out _))
            {
                Assert.Equal(Lines.Clock().TimeOf(stamp, at), got);
            }
        }
    }
}
