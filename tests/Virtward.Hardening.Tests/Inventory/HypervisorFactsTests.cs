using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class HypervisorFactsTests
{
    // Much as virt-install writes it.
    private const string Domain = """
        <!--
        WARNING: THIS IS AN AUTO-GENERATED FILE.
        -->
        <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>web1</name><uuid>7e4f1c7c-5ad1-4c4b-9ce2-1c9ab4a1f0b7</uuid>
          <memory unit='KiB'>4194304</memory><vcpu placement='static' cpuset='2-3'>2</vcpu>
          <cputune><shares>1024</shares><quota>-1</quota><emulatorpin cpuset='1'/></cputune><memtune><hard_limit unit='KiB'>5242880</hard_limit></memtune>
          <os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
          <cpu mode='custom'><model fallback='forbid'>Skylake-Server</model><feature policy='require' name='spec-ctrl'/><feature policy='disable' name='pcid'/></cpu>
          <devices>
            <emulator>/usr/bin/qemu-system-x86_64</emulator>
            <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' discard='unmap'/><source file='/var/lib/libvirt/images/web1.qcow2'/>
              <backingStore type='file'><format type='qcow2'/><source file='/var/lib/libvirt/images/base.qcow2'/><backingStore/></backingStore><target dev='vda' bus='virtio'/></disk>
            <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/></disk>
            <interface type='direct'><mac address='52:54:00:aa:bb:cc'/><source dev='eth0' mode='bridge'/><model type='virtio'/></interface>
            <serial type='pty'><target type='isa-serial' port='0'/></serial>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
            <graphics type='spice' autoport='yes' passwd='(removed)'><listen type='address' address='127.0.0.1'/><image compression='off'/></graphics>
            <hostdev mode='subsystem' type='usb' managed='yes'><source><vendor id='0x046d'/><product id='0x0825'/></source></hostdev>
            <sound model='ich9'/>
          </devices>
          <seclabel type='dynamic' model='apparmor' relabel='yes'/>
          <qemu:commandline><qemu:arg value='-device'/><qemu:arg value='(removed)'/><qemu:env/></qemu:commandline>
        </domain>
        """;

    [Fact]
    public void A_guests_definition_is_read()
    {
        List<Problem> problems = [];
        GuestDefinition guest = GuestDefinitionReader.Read("x", Domain, false, problems)!;
        Assert.Empty(problems);
        Assert.Equal(("web1", "pc-q35-7.2", "custom", "Skylake-Server"), (guest.Name, guest.Machine, guest.CpuMode, guest.CpuModel));
        Assert.Equal(["spec-ctrl"], guest.CpuFeatures);
        Assert.True(guest.CpuLimited && guest.MemoryLimited && !guest.DisksLimited);
        Assert.Equal("quota -1, shares 1024", guest.CpuWithoutEffect);
        Assert.Equal(["/var/lib/libvirt/images/base.qcow2"], guest.Disks[0].Backing);
        Assert.Equal("none", guest.Disks[0].Cache);
        Assert.Equal(("direct", "bridge"), (guest.Nics[0].Type, guest.Nics[0].Mode));
        Assert.True(guest.Graphics[0] is { Password: true, Clipboard: true, OnlyTls: false });
        Assert.Contains(guest.Lines, static line => line.IsAgent);
        Assert.Equal(["usb 0x046d:0x0825"], guest.HostDevices);
        Assert.Equal(["-device"], guest.Arguments);
        Assert.Equal(1, guest.Environment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("<domain/>")]
    [InlineData("<domain><name> </name></domain>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><domain><name>&a;</name></domain>")]
    [InlineData("<network><name>x</name></network>")]
    public void What_is_no_guest_is_told(string text)
    {
        List<Problem> problems = [];
        Assert.Null(GuestDefinitionReader.Read("x", text, false, problems));
        Assert.NotEmpty(problems);
    }

    [Fact]
    public void Hostile_definitions_are_read_in_no_time()
    {
        List<Problem> problems = [];
        string many = $"<domain><name>x</name><devices>{string.Concat(Enumerable.Repeat("<disk/><interface/><graphics/><serial/><hostdev/><filesystem/><sound/>", 20_000))}</devices></domain>";
        Assert.Equal(2000, GuestDefinitionReader.Read("x", many, false, problems)!.Disks.Length);
        string deep = string.Concat(Enumerable.Repeat("<backingStore>", 10_000));
        Assert.Null(GuestDefinitionReader.Read("x", $"<domain><name>x</name><devices><disk>{deep}", false, problems));
        GuestDefinition odd = GuestDefinitionReader.Read("x", "<domain><name>x</name><vcpu cpuset=''/><cputune><quota>99999999999999999999</quota></cputune><devices><hostdev type='pci'><source><address domain='0xffffffffffffffff'/></source></hostdev></devices></domain>", false, problems)!;
        Assert.Single(odd.HostDevices);
    }

    [Fact]
    public void Libvirts_settings_are_read_and_the_first_of_two_holds()
    {
        var config = LibvirtConfig.Read("/etc/libvirt/qemu.conf", """
            # vnc_listen = "0.0.0.0"
            vnc_listen = "127.0.0.1"   # loopback
            vnc_listen = "0.0.0.0"
            seccomp_sandbox = 1
            namespaces = [ ]
            security_driver = [ "selinux",
              # "none",
              'apparmor' ]
            vnc_password = (removed)
            odd = "a # b"
            open = [ "a", "b"
            """);
        Assert.Equal("127.0.0.1", config.Value("vnc_listen", ""));
        Assert.Equal(2, config.Find("vnc_listen")!.Line);
        Assert.True(config.Is("seccomp_sandbox", "1"));
        Assert.Empty(config.Find("namespaces")!.Values);
        Assert.Equal(["selinux", "apparmor"], config.Find("security_driver")!.Values);
        Assert.Equal("a # b", config.Value("odd", ""));
        Assert.Equal(["a", "b"], config.Find("open")!.Values);
        Assert.Null(config.Find("user"));
    }

    [Theory]
    [InlineData("= = =\n[[[\n\"\0\nx=\ny=\"")]
    [InlineData("a = [\n[\n[")]
    public void What_are_no_settings_breaks_nothing(string text) => Assert.NotNull(LibvirtConfig.Read("x", text));

    [Fact]
    public void A_long_file_is_read_in_no_time() =>
        Assert.Single(LibvirtConfig.Read("x", "a = [" + new string('[', 400_000) + string.Concat(Enumerable.Repeat("\n\"x\",", 50_000))).Settings);

    [Fact]
    public void Of_a_snapshots_XML_only_name_and_time_are_kept()
    {
        string clean = SnapshotXml.Clean("<!-- x --><domainsnapshot><name>before</name><creationTime>1764200000</creationTime><domain><devices><graphics passwd='geheim'/></devices></domain></domainsnapshot>");
        Assert.DoesNotContain("geheim", clean, StringComparison.Ordinal);
        Assert.Equal(("web1", "before", 2025), SnapshotXml.Read("web1", clean) is GuestSnapshot read ? (read.Guest, read.Name, read.Created.Year) : default);
        Assert.Equal("", SnapshotXml.Clean("no xml: passwd='geheim'"));
        Assert.Null(SnapshotXml.Read("x", "<domainsnapshot><name>a</name><creationTime>99999999999999999</creationTime></domainsnapshot>"));
    }

    [Fact]
    public void Images_are_asked_about_as_what_they_are_said_to_be_and_raw_ones_not_at_all()
    {
        Snapshot snapshot = new Snapshot().With("libvirt/domain-web1.xml", Domain).With(
            "libvirt/domain-b.xml", "<domain><name>b</name><devices><disk type='file'><driver type='raw'/><source file='/x/b.img'/></disk><disk type='file'><driver type='qcow2'/><source file='/x/--help&#10;y'/></disk></devices></domain>");
        CommandSource[] questions = [.. ImageQuestions.Of(snapshot)];
        Assert.Equal(2, questions.Length);
        Assert.Equal("stat", questions[0].Command.Program);
        Assert.Contains("/var/lib/libvirt/images", questions[0].Command.Arguments);
        Assert.Contains("/x/b.img", questions[0].Command.Arguments);
        Assert.Contains("/var/lib/libvirt/images/base.qcow2", questions[0].Command.Arguments);
        Assert.Equal(["-f", "qcow2", "--", "/var/lib/libvirt/images/web1.qcow2"], questions[1].Command.Arguments[^4..]);
        Assert.True(Snapshot.IsName(questions[1].Name));
        Assert.Empty(ImageQuestions.Of(new Snapshot()));
    }

    [Fact]
    public void What_qemu_img_and_stat_print_is_read()
    {
        DiskImage image = ImageQuestions.Read("/a", """
            [{"virtual-size":1,"filename":"/a","format":"qcow2","snapshots":[{"icount":0,"vm-clock-nsec":0,"name":"s","date-sec":1764200000,"id":"1"}],"backing-filename":"b"},{"filename":"/b","format":"qcow2"}]
            """)!;
        Assert.Equal(["/b"], image.Backing);
        Assert.Single(image.Snapshots);
        Assert.Null(ImageQuestions.Read("/a", "{}"));
        Assert.Null(ImageQuestions.Read("/a", "qemu-img: error"));
        Assert.Empty(ImageQuestions.Read("/a", """[{"filename":7,"snapshots":[{"date-sec":"x"},1]},1]""")!.Backing);
        Assert.Equal(0x1A0, ImageQuestions.ReadStates("640 64055 108 regular file\t/a b\nnonsense\n999 0 0 x\t/c\n")["/a b"].Mode);
        Assert.Equal(["/a/b", "/a"], ImageQuestions.Above("/a/b"));
    }

    [Fact]
    public void Of_mounts_their_options_stay_outside() =>
        Assert.Equal("//nas/x /mnt cifs", HypervisorSources.MountedDevices("//nas/x /mnt cifs rw,username=a,password=geheim 0 0"));

    [Fact]
    public void Qemu_processes_come_back_as_they_were_written()
    {
        var process = new QemuProcess(7, "/usr/bin/qemu-system-x86_64") { Guest = "web1", Uid = 64055, Groups = [108, 64055], Seccomp = 2, Label = "x (enforce)", Replaced = false };
        QemuProcess read = Assert.Single(QemuProcessesText.Read(QemuProcessesText.Write([process])).TryGet(out var all, out _) ? all : []);
        Assert.Equal(process.Groups, read.Groups);
        Assert.Equal(process with { Groups = read.Groups }, read);
        Assert.NotNull(HypervisorFacts.Read(new TestHost().Text(SnapshotNames.QemuProcesses, "{\"version\":1,\"processes\":[null]}").Snapshot).ProcessesProblem);
        Assert.NotNull(HypervisorFacts.Read(new TestHost().Text(SnapshotNames.QemuProcesses, "garbage").Snapshot).ProcessesProblem);
        Assert.NotNull(HypervisorFacts.Read(new TestHost().Text(SnapshotNames.QemuProcesses, "{\"version\":9,\"processes\":[]}").Snapshot).ProcessesProblem);
    }

    [Fact]
    public void Filters_that_refer_to_themselves_end()
    {
        var filters = NetworkFilters.Read([new ConfigFile("a", "<filter name='a'><filterref filter='b'/></filter>"), new ConfigFile("b", "<filter name='b'><filterref filter='a'/></filter>"), new ConfigFile("c", "<filter")]);
        Assert.Equal(2, filters.Closure("a").Count);
    }
}
