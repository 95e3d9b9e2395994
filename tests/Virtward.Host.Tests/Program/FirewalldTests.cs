using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>Beside a real firewalld with a bus of its own, in namespaces of its own: its reloads leave our bans alone.</summary>
public sealed class FirewalldTests
{
    // /run, /var/log and /etc/firewalld are private memory; when the shell ends, the process namespace takes everything along.
    private const string Script =
        """
        set -e
        mount --make-rprivate /
        mount -t tmpfs none /run
        mount -t tmpfs none /var/log
        cp -a /etc/firewalld /run/firewalld-etc && mount --bind /run/firewalld-etc /etc/firewalld
        mkdir -p /run/dbus /run/firewalld
        ip link set lo up
        dbus-daemon --system --nopidfile --fork
        firewalld --nofork --nopid >/run/firewalld.log 2>&1 &
        wait_for() { for i in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "never: $*"; exit 9; }
        banned() { nft list table inet virtward | grep -q 198.51.100.7; }
        wait_for firewall-cmd --state
        : >/run/auth.log
        "$1" guard run --log /run/auth.log --state /run/state --json >/run/events &
        wait_for grep -q ready /run/events
        now=$(date '+%b %e %H:%M:%S')
        for pid in 1 2 3; do echo "$now kvm1 sshd[$pid]: Failed password for root from 198.51.100.7 port 4$pid ssh2" >>/run/auth.log; done
        wait_for banned
        firewall-cmd --reload && wait_for banned && echo "after reload: banned"
        firewall-cmd --complete-reload && wait_for banned && echo "after complete reload: banned"
        nft list ruleset | grep -q 'table inet firewalld' && echo "both at work"
        nft flush ruleset && wait_for banned && echo "after flush: banned"
        """;

    [Fact]
    public void Its_reloads_and_a_flush_leave_the_bans_in_force()
    {
        if (!File.Exists("/usr/sbin/firewalld"))
        {
            Assert.Skip("firewalld is not installed");
        }

        ScriptRun run = ScriptRun.Of(Script);
        Assert.True(run.ExitCode == 0, $"{run.Output}\n{run.Error}");
        foreach (string line in (string[])["after reload: banned", "after complete reload: banned", "after flush: banned", "both at work"])
        {
            Assert.Contains(line, run.Output, StringComparison.Ordinal);
        }
    }
}
