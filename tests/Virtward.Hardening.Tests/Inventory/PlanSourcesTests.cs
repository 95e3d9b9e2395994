using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Tests.Inventory;

/// <summary>What a plan reads is what its makers look at; ServiceMakersTests, KernelMakersTests and SshChangeTests run them on nothing else.</summary>
public sealed class PlanSourcesTests
{
    private static readonly HostPolicy Policy = PolicyReader.Read("version: 1\nsoftware: { masked-units: [odd.socket] }\n", "p").Policy!;

    [Fact]
    public void Every_file_is_read_and_every_directory_walked() // They are what drop-ins and modes are written into.
    {
        SnapshotSources plan = PlanSources.For(Policy);
        Assert.Empty(AuditSources.All.Files.Select(static file => file.Pattern).Except(plan.Files.Select(static file => file.Pattern)));
        Assert.Equal(AuditSources.All.Walks, plan.Walks);
        Assert.Equal(["/proc/[0-9]*/exe"], AuditSources.All.States.Except(plan.States));
    }

    [Fact]
    public void Programs_that_only_tell_how_things_stand_are_not_asked()
    {
        string[] asked = [.. PlanSources.For(Policy).Commands.Select(static command => command.Name)];
        Assert.Equal(
            [
                "audit/backup-mentions.txt", "audit/chrony.txt", "audit/denials-audit.txt", "audit/denials-journal.txt", "audit/journal-libvirt.txt", "audit/journal-sshd.txt",
                "audit/needrestart.txt", "audit/needs-reboot.txt", "audit/needs-restart.txt", "audit/updates-apt.txt", "audit/updates-dnf.txt",
            ],
            AuditSources.All.Commands.Select(static command => command.Name).Except(asked).Order(StringComparer.Ordinal));
        Assert.Empty(asked.Except(AuditSources.All.Commands.Select(static command => command.Name)));
    }

    [Fact]
    public void Of_unit_files_those_are_asked_for_that_a_maker_or_the_policy_names()
    {
        CommandSource source = PlanSources.For(Policy).Commands.Single(static command => command.Name == "audit/unit-files.json");
        string[] words = [.. source.Command.Arguments];
        string[] patterns = words[(Array.IndexOf(words, "--") + 1)..];
        Assert.Equal("list-unit-files", words[0]);
        Assert.Empty(new[] { "odd.socket", "ssh.socket", "ctrl-alt-del.target", "libvirtd*", "virt*", "firewalld.service" }.Except(patterns));
    }
}
