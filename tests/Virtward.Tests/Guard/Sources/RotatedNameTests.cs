using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

public sealed class RotatedNameTests
{
    [Theory]
    [InlineData("auth.log", "auth.log.1", 1, "1", false)]
    [InlineData("auth.log", "auth.log.12.gz", 12, "12", true)]
    [InlineData("secure", "secure-20261121", -1, "20261121", false)]
    [InlineData("secure", "secure-20261121.gz", -1, "20261121", true)]
    [InlineData("app.log", "app-2026-11-21.log", -1, "2026-11-21", false)]
    [InlineData("app.log", "app.2.log.gz", 2, "2", true)]
    [InlineData("app.log", "app.log.2026-11-21T20:00:00Z", -1, "2026-11-21T20:00:00Z", false)]
    public void Knows_the_names_that_rotation_makes(string log, string name, int number, string label, bool compressed)
    {
        Assert.True(RotatedName.TryParse(log, name, out RotatedName rotated));
        Assert.Equal(new RotatedName(number, label, compressed), rotated);
    }

    [Theory]
    [InlineData("auth.log", "auth.log")]
    [InlineData("auth.log", "auth.log.gz")]
    [InlineData("auth.log", "auth.log.bak")]
    [InlineData("auth.log", "auth.log.1.bak")]
    [InlineData("auth.log", "auth.log1")]
    [InlineData("auth.log", "auth.log.")]
    [InlineData("auth.log", "auth2.log.1")]
    [InlineData("auth.log", "xauth.log.1")]
    [InlineData("app.log", "app-worker.log")]
    [InlineData("secure", "secure.d")]
    [InlineData("auth.log", "")]
    public void Takes_no_other_file_for_a_rotated_one(string log, string name) =>
        Assert.False(RotatedName.TryParse(log, name, out _));

    [Theory]
    [InlineData("log.2", "log.1")]
    [InlineData("log.10", "log.9.gz")]
    [InlineData("log-20261120", "log-20261121")]
    public void Orders_by_age(string older, string newer)
    {
        Assert.True(RotatedName.TryParse("log", older, out RotatedName one));
        Assert.True(RotatedName.TryParse("log", newer, out RotatedName other));
        Assert.True(one.CompareAge(other) < 0);
        Assert.True(other.CompareAge(one) > 0);
        Assert.Equal(0, one.CompareAge(one));
    }
}
