using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

/// <summary>What is only in force is found until its file is there as well.</summary>
public sealed class PlannedFilesTests
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void A_file_that_comes_with_the_confirmation_counts_as_there()
    {
        const string Right = "fs.protected_hardlinks = 1\nfs.protected_symlinks = 1\nfs.protected_fifos = 2\nfs.protected_regular = 2\nfs.suid_dumpable = 0\n";
        AuditFacts now = new TestHost().Config("/etc/sysctl.d/10-x.conf", "fs.suid_dumpable = 2\n").Text(Virtward.Core.Snapshots.SnapshotNames.Sysctl, Right).Facts();
        Judged.Fails(Sys10.Check, now, "fs.suid_dumpable");
        Judged.Passes(Sys10.Check, PlannedFiles.On(now, [new FileStep("/etc/sysctl.d/99-virtward.conf", Right, Mode)]));
        Judged.Passes(Sys10.Check, PlannedFiles.On(now, [new FileStep("/etc/sysctl.d/10-x.conf", null, Mode)]));
        Judged.Fails(Sys10.Check, PlannedFiles.On(now, [new UnitStep("systemd-sysctl.service", UnitBoot.Enabled, true)]), "fs.suid_dumpable");
    }
}
