using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Dates;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class DateTests
{
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.CreateCustomTimeZone("plus two", TimeSpan.FromHours(2), "plus two", "plus two");
    private static readonly DateClock Clock = new(UnixTime.From(new DateTimeOffset(2026, 3, 10, 12, 0, 0, TimeSpan.Zero)), Zone);

    [Theory]
    [InlineData("2026-03-09T08:00:00 x", "2026-03-09T06:00:00Z")]
    [InlineData("2026-03-09 08:00:00,123 +0100 x", "2026-03-09T07:00:00Z")]
    [InlineData("[2026/03/09 08:00:00] x", "2026-03-09T06:00:00Z")]
    [InlineData("Mar  9 08:00:00 host x", "2026-03-09T06:00:00Z")]
    [InlineData("Dec 31 23:59:59 host x", "2025-12-31T21:59:59Z")]
    [InlineData("Mon Mar 09 08:00:00.5 2026 x", "2026-03-09T06:00:00Z")]
    [InlineData("1.2.3.4 - - [09/Mar/2026:08:00:00 -0500] \"GET /\"", "2026-03-09T13:00:00Z")]
    [InlineData("1773043200.250 x", "2026-03-09T08:00:00.25Z")]
    [InlineData("type=X msg=audit(1773043200.250:12): x", "2026-03-09T08:00:00.25Z")]
    [InlineData("260309 8:00:00 x", "2026-03-09T06:00:00Z")]
    [InlineData("Mar 09, 2026 8:00:00 PM x", "2026-03-09T18:00:00Z")]
    [InlineData("20260309T080000Z x", "2026-03-09T08:00:00Z")]
    [InlineData("13:59:59 x", "2026-03-10T11:59:59Z")]
    [InlineData("15:00:00 x", "2026-03-09T13:00:00Z")]
    [InlineData("@4000000069ae7e0019999999 x", "2026-03-09T08:00:00Z")]
    public void The_default_forms_are_read(string line, string time)
    {
        DateDetector detector = Detector();
        DateFound? found = detector.Find(line, 0);
        Assert.NotNull(found);
        Assert.Equal(time, found.Value.Template.Read(found.Value.Match, Clock).ToString());
    }

    [Theory]
    [InlineData("{^LN-BEG}%Y:%m:%d-%H:%M:%S", "2026:03:09-08:00:00 x", "2026:03:09-08:00:00", "2026-03-09T06:00:00Z")]
    [InlineData("^%Y-%m-%d", "x 2026-03-09", null, null)]
    [InlineData("^L ({DATE})", "L 09/03/2026 08:00:00 x", "09/03/2026 08:00:00", "2026-03-09T06:00:00Z")]
    [InlineData("{EPOCH}", "at 1773043200 x", "1773043200", "2026-03-09T08:00:00Z")]
    [InlineData("^id={LEPOCH};", "id=1773043200250;", "id=1773043200250;", "2026-03-09T08:00:00.25Z")]
    [InlineData("Epoch", "1773043200 x", "1773043200", "2026-03-09T08:00:00Z")]
    [InlineData("%ExY-%Exm-%Exd %H:%M:%S %Exz", "2026-03-09 08:00:00 CET x", "2026-03-09 08:00:00 CET", "2026-03-09T07:00:00Z")]
    [InlineData("%d %B %Y, %I %p", "9 march 2026, 8 pm x", "9 march 2026, 8 pm", "2026-03-09T18:00:00Z")]
    [InlineData("%Y day %j", "2026 day 068 x", "2026 day 068", "2026-03-08T22:00:00Z")]
    [InlineData("{NONE}", "2026-03-09 x", "", "2026-03-10T12:00:00Z")]
    public void Custom_patterns_are_read(string pattern, string line, string? cut, string? time)
    {
        DateFound? found = Detector(pattern).Find(line, 0);
        Assert.Equal(cut, found?.Match.Groups[1].Value);
        if (time is not null && cut!.Length > 0)
        {
            Assert.Equal(time, found!.Value.Template.Read(found.Value.Match, Clock).ToString());
        }
    }

    [Theory]
    [InlineData("2026-02-31 08:00:00 x")]
    [InlineData("Feb 29 08:00:00 2026 x")]
    public void What_is_no_date_means_no_time(string line)
    {
        DateFound? found = Detector().Find(line, 0);
        Assert.Null(found?.Template.Read(found.Value.Match, Clock));
    }

    [Fact]
    public void A_date_in_the_message_does_not_win_over_the_one_in_front()
    {
        DateDetector detector = Detector();
        for (int line = 0; line < 3; line++)
        {
            Assert.Equal(0, detector.Find("Mar  9 08:00:00 host x", 0)!.Value.Match.Index);
        }

        Assert.Equal("Mar  9 08:00:01", detector.Find("Mar  9 08:00:01 host user 2020-01-01 00:00:00 failed", 0)!.Value.Match.Groups[1].Value);
    }

    [Fact]
    public void A_percent_sign_of_no_field_is_a_problem() =>
        Assert.Contains("% field", new DatePatterns(2026).Templates(["%Q"]).Problem!.ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("{^LN-BEG}", true)]
    [InlineData("^%Y-%m-%d", true)]
    [InlineData("epoch", true)]
    [InlineData("^x ({DATE})", true)]
    [InlineData("%Y-%m-%d\\s", false)]
    [InlineData("foo(%Y)bar", false)]
    [InlineData("{UNB}%Y", false)]
    [InlineData("-%Y-%m-%d", false)]
    public void It_is_known_where_a_cut_may_join_words(string pattern, bool atEdges) => Assert.Equal(atEdges, DatePatterns.CutsAtWordEdges(pattern));

    [Theory]
    [InlineData("CET", 60)]
    [InlineData("+0530", 330)]
    [InlineData("-03:30", -210)]
    [InlineData("UTC-04", -240)]
    [InlineData("Z", 0)]
    public void Zones_have_offsets(string text, int minutes)
    {
        Assert.True(ZoneNames.TryOffset(text, out int found));
        Assert.Equal(minutes, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData("XYZ")]
    [InlineData("+x")]
    public void Other_texts_are_no_zones(string text) => Assert.False(ZoneNames.TryOffset(text, out _));

    private static DateDetector Detector(params string[] patterns) => new(new DatePatterns(2026).Templates(patterns).Value);
}
