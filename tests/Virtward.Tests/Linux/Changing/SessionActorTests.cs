using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Linux.Changing;
using Xunit;

namespace Virtward.Tests.Linux.Changing;

/// <summary>What is known of a session that no sshd is above any more, as in tmux: both ends, so that a plan is judged for it, and that it proves nothing.</summary>
public sealed class SessionActorTests
{
    private static readonly Actor Anna = new("anna");

    [Theory]
    [InlineData("192.168.1.5 50000 192.168.1.100 22", "192.168.1.5", "192.168.1.100")]
    [InlineData("2001:db8::5 50000 2001:db8::100 22", "2001:db8::5", "2001:db8::100")]
    [InlineData("fe80::5%eth1 50000 fe80::100%eth1 22", "fe80::5", "fe80::100")]
    public void Both_ends_are_known_and_the_connection_is_an_old_one(string variable, string from, string to)
    {
        Actor actor = SessionActor.Told(Anna, variable);
        Assert.Equal(Anna with { From = Address.Parse(from), FromPort = 50000, To = Address.Parse(to), ToPort = 22, ConnectedAt = 0 }, actor);
    }

    [Fact]
    public void Half_of_it_is_half_known_and_nonsense_is_nothing()
    {
        Assert.Equal(Anna with { From = Address.Parse("192.168.1.5"), ConnectedAt = 0 }, SessionActor.Told(Anna, "192.168.1.5"));
        Assert.Equal(Anna with { From = Address.Parse("192.168.1.5"), ConnectedAt = 0 }, SessionActor.Told(Anna, "192.168.1.5 x 192.168.1.100 99999"));
        Assert.Same(Anna, SessionActor.Told(Anna, "UNKNOWN 65535 UNKNOWN 65535"));
        Assert.Same(Anna, SessionActor.Told(Anna, ""));
    }
}
