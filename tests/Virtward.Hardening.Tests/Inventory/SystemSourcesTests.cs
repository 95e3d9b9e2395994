using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;
using Virtward.Hardening.Inventory.Guarding;
using Virtward.Hardening.Inventory.Package;
using Virtward.Hardening.Inventory.Unit;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class SystemSourcesTests
{
    private static CommandSource[] FollowUps(SnapshotSources sources, TestHost host) => [.. sources.FollowUps.SelectMany(ask => ask(host.Snapshot))];

    [Fact]
    public void Labels_are_asked_only_where_SELinux_is_on_and_for_images_and_pools_only()
    {
        TestHost host = new TestHost().State("/var/lib/libvirt/images/a b.qcow2", 600).State("/var/lib/libvirt/images/dir", 755, kind: "directory")
            .Config("/etc/libvirt/storage/vm.xml", "<pool type='dir'>\n<target>\n<path>/srv/vm/</path>\n</target>\n</pool>")
            .Config("/etc/libvirt/storage/lvm.xml", "<pool type='logical'>\n<target>\n<path>/dev/vg</path>\n</target>\n</pool>");
        Assert.Empty(FollowUps(AccessSources.All, host));
        CommandSource[] asked = FollowUps(AccessSources.All, host.Config("/sys/fs/selinux/enforce", "1"));
        Assert.Equal(["-V", "/var/lib/libvirt/images/a b.qcow2"], asked[0].Command.Arguments);
        Assert.Equal(["/srv/vm/image.qcow2"], asked[1].Command.Arguments);
    }

    [Fact]
    public void Only_units_that_the_network_reaches_are_analysed_and_only_so_many()
    {
        Listener[] listeners = [.. Enumerable.Range(1, 20).Select(static i => TestHost.Socket("tcp", "0.0.0.0", i, "x") with { Unit = $"x{i:00}.service" }),
            TestHost.Socket("tcp", "127.0.0.1", 631, "cups") with { Unit = "a.service" }];
        CommandSource[] asked = FollowUps(SandboxSources.All, new TestHost().Listeners(listeners));
        Assert.Equal(8, asked.Length);
        Assert.DoesNotContain(asked, static source => source.Command.Arguments.Contains("a.service"));
        Assert.All(asked, static source => Assert.True(Snapshot.IsName(source.Name)));
        Assert.Equal("→ Overall exposure level for x: 9.6 UNSAFE", asked[0].Clean("a\n→ Overall exposure level for x: 9.6 UNSAFE\n"));
    }

    [Fact]
    public void Of_the_journal_only_times_are_kept()
    {
        CommandSource journal = GuardingSources.All.Commands.Single(static source => source.Name == GuardingSources.SshdJournal);
        Assert.Equal("1764200000.123", journal.Clean("1764200000.123 kvm1 sshd[1]: Failed password for ada from 203.0.113.7\n"));
    }

    [Fact]
    public void Every_program_has_a_limit_and_a_name_that_a_snapshot_takes()
    {
        foreach (SnapshotSources sources in new[] { AccessSources.All, GuardingSources.All, UpdateSources.All, ClockSources.All })
        {
            Assert.All(sources.Commands, static source => Assert.True(Snapshot.IsName(source.Name) && source.Command.TimeLimit <= TimeSpan.FromSeconds(30), source.Name));
        }
    }

    [Fact]
    public void Replaced_programs_are_told_once_and_scratch_programs_never()
    {
        UpdateFacts facts = UpdateFacts.Read(new TestHost()
            .State("/proc/1/exe", 777, kind: "link", target: "/usr/sbin/sshd (deleted)").State("/proc/2/exe", 777, kind: "link", target: "/usr/sbin/sshd (deleted)")
            .State("/proc/3/exe", 777, kind: "link", target: "/home/ada/a.out (deleted)").State("/proc/4/exe", 777, kind: "link", target: "").Snapshot, Family.Debian);
        Assert.Equal(["/usr/sbin/sshd"], facts.ReplacedPrograms);
    }
}
