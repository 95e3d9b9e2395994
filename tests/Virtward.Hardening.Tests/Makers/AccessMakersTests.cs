using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Checks.Libvirt;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

/// <summary>Makers of what binds programs and guests: AppArmor, the system's crypto policy, the resolver of libvirt's networks.</summary>
public sealed class AccessMakersTests
{
    private const string Kernel = "/sys/kernel/security/apparmor/profiles";
    private const string File = "/etc/apparmor.d/usr.sbin.libvirtd";

    private static TestHost AppArmor(string profiles) => new TestHost().Config("/proc/cmdline", "ro quiet\n").Config("/sys/module/apparmor/parameters/enabled", "Y\n").Dpkg("libvirt-daemon-system").Config(Kernel, profiles)
        .Config(File, "# flags=(complain) {\nprofile libvirtd /usr/sbin/libvirtd flags=(attach_disconnected, complain) {\n  profile qemu_bridge_helper flags=(complain) {\n  }\n}\n");

    private static AuditFacts Facts(TestHost host, string policy = "") => PlanRead.Of(host.Facts(Profile.Isolated, Policy(policy)));

    private static HostPolicy Policy(string yaml) => PolicyReader.Read($"version: 1\n{yaml}\n", "p").Policy!;

    [Fact]
    public void Libvirts_own_profiles_are_enforced_again()
    {
        AuditFacts before = Facts(AppArmor("libvirtd (complain)\nvirt-aa-helper (enforce)\nfirefox (complain)\n"));
        Judged.Fails(Mac01.Check, before, "libvirtd");
        MadeChanges made = AppArmorChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(["MAC-01"], change.Checks);
        FileStep file = Assert.IsType<FileStep>(change.Steps[0]);
        Assert.Equal("# flags=(complain) {\nprofile libvirtd /usr/sbin/libvirtd flags=(attach_disconnected) {\n  profile qemu_bridge_helper {\n  }\n}\n", file.Content);
        CommandStep step = Assert.IsType<CommandStep>(change.Steps[1]);
        Assert.Equal(["sed", "-n", @"s|^libvirtd (\(.*\))$|\1|p", Kernel], step.Read);
        Assert.Equal(["apparmor_parser", "--replace", "--Complain", File], Assert.Single(step.Undo));
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Mac01.Check, after);
        Assert.Same(MadeChanges.None, AppArmorChange.Of(after, after.Policy));
        Assert.Same(MadeChanges.None, AppArmorChange.Of(before, Policy("libvirt: { manage: false }")));
    }

    [Fact]
    public void A_link_that_forces_complaining_goes_and_what_is_not_there_is_told()
    {
        AuditFacts linked = Facts(AppArmor("libvirtd (complain)\nvirt-aa-helper (complain)\n").Config("/etc/apparmor.d/force-complain/usr.sbin.libvirtd", "x").Config(File, "profile libvirtd {\n}\n"));
        MadeChanges made = AppArmorChange.Of(linked, linked.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(new FileStep("/etc/apparmor.d/force-complain/usr.sbin.libvirtd", null, ((FileStep)change.Steps[0]).Mode), change.Steps[0]);
        Assert.Equal(2, change.Steps.Length);
        Assert.Empty(change.Checks);
        Assert.Equal("the AppArmor profile virt-aa-helper stays in complain mode: /etc/apparmor.d/usr.lib.libvirt.virt-aa-helper is not there (MAC-01)", Assert.Single(made.Notes));
    }

    [Fact]
    public void The_crypto_policy_LEGACY_goes_and_what_was_chosen_besides_it_stays()
    {
        const string state = "/etc/crypto-policies/state/current";
        TestHost host = SshTexts.ByFiles().Lacks("audit/packages-dpkg.txt", "there is no dpkg").OnRhel().Units("sshd.service").Rpm("crypto-policies-scripts").Config(state, "LEGACY:AD-SUPPORT\n");
        AuditFacts before = Facts(host);
        Judged.Fails(Ssh09.Check, before, "crypto policy");
        MadeChanges made = CryptoPolicyChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal([new UnitEffect("sshd.service", UnitEffectKind.Reload)], change.Effects);
        CommandStep step = Assert.IsType<CommandStep>(Assert.Single(change.Steps));
        Assert.Equal("DEFAULT:AD-SUPPORT", step.Wanted);
        Assert.Equal(["update-crypto-policies", "--set", "{before}"], Assert.Single(step.Undo));
        AuditFacts after = Applied.On(before, made);
        Assert.DoesNotContain(Ssh09.Check.Judge(after).Findings, static finding => finding.Subject == "crypto policy");
        Assert.Same(MadeChanges.None, CryptoPolicyChange.Of(after, after.Policy));

        AuditFacts without = Facts(SshTexts.ByFiles().Lacks("audit/packages-dpkg.txt", "there is no dpkg").OnRhel().Units("sshd.service").Rpm("dnf").Config(state, "LEGACY\n"));
        Assert.Contains("dnf install crypto-policies-scripts", Assert.Single(CryptoPolicyChange.Of(without, without.Policy).Notes), StringComparison.Ordinal);
        Assert.Same(MadeChanges.None, CryptoPolicyChange.Of(before, Policy("ssh: { manage: false }")));
        AuditFacts others = Facts(host.Config(state, "DEFAULT\n"));
        Assert.Same(MadeChanges.None, CryptoPolicyChange.Of(others, others.Policy));
    }

    [Fact]
    public void Networks_serve_no_names_where_the_policy_says_so()
    {
        const string none = "libvirt: { guest-names: false }";
        AuditFacts kept = Facts(LibvirtHost.Plain().Network());
        Assert.Same(MadeChanges.None, GuestNamesChange.Of(kept, kept.Policy));

        AuditFacts before = Facts(LibvirtHost.Plain().Network(), none);
        Judged.Fails(Net03.Check, before, "network default");
        MadeChanges made = GuestNamesChange.Of(before, before.Policy);
        CommandStep step = Assert.IsType<CommandStep>(Assert.Single(Assert.Single(made.Changes).Steps));
        Assert.Equal("guest.names.default", made.Changes[0].Id);
        Assert.Equal(["env", "EDITOR=sed -i \"/^<.network>/i <dns enable='no'/>\"", "virsh", "net-edit", "default"], Assert.Single(step.Set));

        MadeChanges own = GuestNamesChange.Of(Facts(LibvirtHost.Plain().Network(dns: "<dns><forwarder addr='9.9.9.9'/></dns>"), none), Policy(none));
        Assert.Empty(own.Changes);
        Assert.Contains("a <dns> of its own", own.Notes[0], StringComparison.Ordinal);
        AuditFacts off = Facts(LibvirtHost.Plain().Network(dns: "<dns enable='no'/>"), none);
        Assert.Empty(GuestNamesChange.Of(off, off.Policy).Changes);
    }
}
