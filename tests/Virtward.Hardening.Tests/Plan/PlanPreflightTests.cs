using Virtward.Hardening.Changes;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Preflight;

namespace Virtward.Hardening.Tests.Plan;

/// <summary>What the pre-flight takes from the files that a plan would write: where sshd would listen, and whom it would let in.</summary>
public sealed class PlanPreflightTests
{
    private const string DropIn = "/etc/ssh/sshd_config.d/00-virtward.conf";

    [Theory]
    [InlineData("ListenAddress 192.0.2.1:22\nListenAddress [2001:db8::1]:2222\n", "192.0.2.1 2001:db8::1", "22 2222")]
    [InlineData("Port 2222\nListenAddress 192.0.2.1\nListenAddress 2001:db8::1\nListenAddress [2001:db8::2]\n", "192.0.2.1 2001:db8::1 2001:db8::2", "2222")]
    [InlineData("ListenAddress 0.0.0.0\n", "0.0.0.0", null)]
    [InlineData("Port 22\nPort 2222\n", null, "22 2222")]
    [InlineData("ListenAddress kvm.example\n", "::1", null)]
    [InlineData("MaxAuthTries 4\n", null, null)]
    public void Where_sshd_would_listen(string text, string? listen, string? ports)
    {
        PlannedSsh ssh = PlanPreflight.Ssh([new FileStep(DropIn, text, UnixFileMode.UserRead)]);
        Assert.Equal(listen, ssh.Listen is { } addresses ? string.Join(' ', addresses) : null);
        Assert.Equal(ports, ssh.Ports is { } numbers ? string.Join(' ', numbers) : null);
    }

    [Theory]
    [InlineData("[Socket]\nListenStream=\nListenStream=192.0.2.1:22\nListenStream=[2001:db8::1]:22\nFreeBind=yes\n", "192.0.2.1 2001:db8::1", "22")]
    [InlineData("[Socket]\nListenStream=\nListenStream=2222\n", "", "2222")]
    [InlineData("[Socket]\nListenStream=\nListenStream=0.0.0.0:2222\n", "0.0.0.0", "2222")]
    public void Where_systemd_would_listen_for_it(string text, string listen, string ports)
    {
        foreach (string socket in new[] { "ssh.socket", "sshd.socket" })
        {
            PlannedSsh ssh = PlanPreflight.Ssh([new FileStep($"/etc/systemd/system/{socket}.d/00-virtward.conf", text, UnixFileMode.UserRead), new FileStep(DropIn, "ListenAddress 198.51.100.1\n", UnixFileMode.UserRead)]);
            Assert.Equal(listen, string.Join(' ', ssh.Listen!.Value));
            Assert.Equal(ports, string.Join(' ', ssh.Ports!.Value));
        }
    }

    [Fact]
    public void The_first_value_counts_and_a_Match_ends_the_lines_for_all()
    {
        PlannedSsh ssh = PlanPreflight.Ssh(
        [
            new FileStep("/etc/ssh/sshd_config", "PasswordAuthentication yes\nAllowUsers other\nMatch User x\nPubkeyAuthentication no\n", UnixFileMode.UserRead),
            new FileStep(DropIn, "PasswordAuthentication no\nKbdInteractiveAuthentication=no\nAllowUsers \"admin\" root\n", UnixFileMode.UserRead),
        ]);
        Assert.Equal(false, ssh.Passwords);
        Assert.Equal(["admin", "root", "other"], ssh.AllowUsers!.Value);
        Assert.Null(ssh.Keys);
    }
}
