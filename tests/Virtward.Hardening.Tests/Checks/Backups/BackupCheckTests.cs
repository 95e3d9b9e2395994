using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Backups;
using Virtward.Hardening.Checks.Guests;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Tests.Checks.Libvirt;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Backups;

public sealed class BackupCheckTests
{
    private const string Image = "/var/lib/libvirt/images/web1.qcow2";
    private const string Disk = $"<disk type='file' device='disk'><driver type='qcow2'/><source file='{Image}'/><target dev='vda'/></disk>";

    private static TestHost Host() => LibvirtHost.Plain().Guest("web1", Disk).Text(ImageQuestions.NameOf(Image), $$"""[{"filename":"{{Image}}","format":"qcow2"}]""");

    private static string Point(string element, DateTimeOffset made) => $"<{element}><name>virtnbdbackup.1</name><creationTime>{made.ToUnixTimeSeconds()}</creationTime></{element}>";

    [Fact]
    public void Without_guests_there_is_nothing_to_back_up()
    {
        foreach (Check check in (Check[])[Bkp01.Check, Bkp02.Check, Bkp03.Check, Gst01.Check])
        {
            Judged.DoesNotApply(check, LibvirtHost.Plain().Facts());
            Judged.DoesNotApply(check, LibvirtHost.Looked().Facts());
        }
    }

    [Fact]
    public void No_program_that_backs_up_is_a_finding_and_one_is_no_proof()
    {
        Judged.Fails(Bkp01.Check, Host().Facts(), "backups");
        Judged.DoesNotApply(Bkp01.Check, Host().Facts(Profile.Lab));
        Judged.IsUnknown(Bkp01.Check, Host().Text("audit/backup-mentions.txt", "/etc/cron.d/backup:3:restic\n").Facts());
        Judged.IsUnknown(Bkp01.Check, Host().Units(("borgmatic.timer", "enabled", "active")).Facts());
        Judged.IsUnknown(Bkp01.Check, Host().Lacks("audit/backup-mentions.txt", "grep is not installed").Facts());
        Judged.IsUnknown(Bkp01.Check, Host().WithoutRoot().Facts());
    }

    [Fact]
    public void A_checkpoint_tells_how_old_the_last_backup_is()
    {
        TestHost host = Host().Text("audit/backup-mentions.txt", "/etc/cron.d/backup:3:virtnbdbackup\n");
        Judged.Fails(Bkp01.Check, host.Config("/var/lib/libvirt/qemu/checkpoint/web1/virtnbdbackup.1.xml", Point("domaincheckpoint", TestHost.Now.AddDays(-9))).Facts(), "guest web1: backup");
        Judged.IsUnknown(Bkp01.Check, host.Config("/var/lib/libvirt/qemu/checkpoint/web1/virtnbdbackup.1.xml", Point("domaincheckpoint", TestHost.Now.AddHours(-9))).Facts());
    }

    [Fact]
    public void Long_chains_and_old_snapshots_are_told()
    {
        Judged.Passes(Bkp02.Check, Host().Facts());
        string chain = string.Join(',', Enumerable.Range(0, 6).Select(static n => $$"""{"filename":"/var/lib/libvirt/images/{{n}}.qcow2"}"""));
        Judged.Fails(Bkp02.Check, Host().Text(ImageQuestions.NameOf(Image), $"[{chain}]").Facts(), "guest web1: snapshots");
        Judged.Fails(Bkp02.Check, Host().Text(ImageQuestions.NameOf(Image), $$"""[{"filename":"x","snapshots":[{"id":"1","name":"a","date-sec":{{TestHost.Now.AddDays(-90).ToUnixTimeSeconds()}}}]}]""").Facts(), "guest web1: snapshots");
        Judged.Fails(Bkp02.Check, Host().Config("/var/lib/libvirt/qemu/snapshot/web1/old.xml", Point("domainsnapshot", TestHost.Now.AddDays(-60))).Facts(), "guest web1: snapshots");
        Judged.Passes(Bkp02.Check, Host().Config("/var/lib/libvirt/qemu/snapshot/web1/new.xml", Point("domainsnapshot", TestHost.Now.AddDays(-6))).Facts());
        Judged.IsUnknown(Bkp02.Check, Host().Lacks(ImageQuestions.NameOf(Image), "prlimit ended with 1").Facts());
        Judged.IsUnknown(Bkp02.Check, Host().Unreadable("/var/lib/libvirt/qemu/snapshot").Facts());
    }

    [Fact]
    public void Copies_in_the_clear_are_told_and_the_rest_cannot_be_seen()
    {
        Judged.DoesNotApply(Bkp03.Check, Host().Facts());
        Judged.Fails(Bkp03.Check, Host().Text("audit/backup-mentions.txt", "/etc/cron.daily/x:1:rsnapshot\n/etc/cron.daily/x:2:rsnapshot\n").Facts(), "rsnapshot");
        Judged.IsUnknown(Bkp03.Check, Host().Text("audit/backup-mentions.txt", "/etc/cron.daily/x:1:restic\n").Facts());
        Judged.IsUnknown(Bkp03.Check, Host().Lacks("audit/backup-mentions.txt", "no grep").Facts());
    }

    [Fact]
    public void Of_every_guest_something_is_told()
    {
        const string Nic = "<interface type='network'><mac address='52:54:00:00:01:01'/><source network='default'/><target dev='vnet0'/></interface>";
        TestHost host = LibvirtHost.Plain().Network().Guest("off", Disk).Running("web1", Nic);
        Judged.Fails(Gst01.Check, host.Facts(), "guest web1: address");
        TestHost still = LibvirtHost.Plain().Network().Running("web1", Nic);
        still.Text($"{SnapshotNames.RunningDomains}web1.xml", still.Facts().Snapshot.Text($"{SnapshotNames.RunningDomains}web1.xml")!.Replace("state='running'", "state='paused'", StringComparison.Ordinal));
        Assert.Contains("web1 (paused, no known address)", Judged.Passes(Gst01.Check, still.Facts()).Reason, StringComparison.Ordinal);
        host.Text("libvirt/leases-virbr0.json", """[{"ip-address":"192.168.122.10","mac-address":"52:54:00:00:01:01"}]""");
        string told = Judged.Passes(Gst01.Check, host.Facts()).Reason;
        Assert.Contains("web1 (192.168.122.10)", told, StringComparison.Ordinal);
        Assert.Contains("off (off)", told, StringComparison.Ordinal);
        Judged.IsUnknown(Gst01.Check, host.Lacks("nft.txt", "it needs root").Facts());
        Judged.IsUnknown(Gst01.Check, LibvirtHost.Plain().Guest("a").Lacks(SnapshotNames.Libvirt, "it needs root").Facts());
    }

    [Theory]
    [InlineData("garbage\n:::\n/etc/x:nonumber:restic\n\0\0\n")]
    [InlineData("/etc/cron.d/x:1:unheard-of\n")]
    public void What_is_no_mention_is_passed_over(string text) => Judged.Fails(Bkp01.Check, Host().Text("audit/backup-mentions.txt", text).Facts(), "backups");
}
