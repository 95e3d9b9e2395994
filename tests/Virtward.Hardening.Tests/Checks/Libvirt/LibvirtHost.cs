using Virtward.Core.Snapshots;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Libvirt;

/// <summary>Hosts with libvirt for tests: as both families install it, and guests to put on them.</summary>
internal static class LibvirtHost
{
    /// <summary>Debian 12 with libvirtd, or Rocky 9 with the daemons in parts, as installed, without guests.</summary>
    public static TestHost Plain(bool rhel = false)
    {
        TestHost host = Looked().State("/etc/libvirt", 755, kind: "directory").State("/etc/libvirt/qemu", 700, kind: "directory")
            .Text("audit/unit-sockets.json", "[]").Text("audit/unit-timers.json", "[]")
            .Text(SnapshotNames.QemuProcesses, QemuProcessesText.Write([]))
            .Config("/sys/kernel/security/lsm", rhel ? "lockdown,capability,landlock,yama,selinux,bpf" : "lockdown,capability,landlock,yama,apparmor")
            .Config("/etc/group", "root:x:0:\nsudo:x:27:ada\nwheel:x:10:ada\nlibvirt:x:107:ada\n").Config("/etc/passwd", "root:x:0:0::/root:/bin/bash\nada:x:1000:1000::/home/ada:/bin/bash\n")
            .Config("/proc/self/mounts", "/dev/sda2 / ext4\n/dev/mapper/vg-home /home xfs\n").Config("/etc/libvirt/qemu.conf", "# nothing is set\n")
            .Config("/etc/libvirt/virtlogd.conf", "#max_size = 2097152\n").Text("audit/backup-mentions.txt", "").Text("audit/wireguard.txt", "");
        return rhel
            ? Units(host.OnRhel(), ("virtqemud.socket", "enabled", "active"), ("virtproxyd.socket", "enabled", "active"), ("virtproxyd-tcp.socket", "disabled", "inactive"), ("virtproxyd-tls.socket", "disabled", "inactive"), ("auditd.service", "enabled", "active"))
                .State("/usr/sbin/virtqemud", 755).State("/usr/sbin/virtproxyd", 755).Config("/etc/libvirt/virtqemud.conf", "#auth_unix_rw = \"polkit\"\n").Config("/etc/libvirt/virtproxyd.conf", "#listen_tls = 0\n")
            : Units(host, ("libvirtd.socket", "enabled", "active"), ("libvirtd-tcp.socket", "disabled", "inactive"), ("libvirtd-tls.socket", "disabled", "inactive"), ("auditd.service", "enabled", "active"))
                .State("/usr/sbin/libvirtd", 755).Config("/etc/libvirt/libvirtd.conf", "#listen_tls = 0\n#auth_unix_rw = \"polkit\"\n");
    }

    /// <summary>A host whose files were looked at, and on which there is no libvirt.</summary>
    public static TestHost Looked() => new TestHost().State("/usr/bin", 755, kind: "directory");

    /// <summary>Units by name, what happens at boot, and whether they are active.</summary>
    public static TestHost Units(this TestHost host, params (string Name, string File, string Active)[] units) => host
        .Text("audit/units.json", $"[{string.Join(',', units.Select(static unit => $$"""{"unit":"{{unit.Name}}","load":"loaded","active":"{{unit.Active}}","sub":"x","description":""}"""))}]")
        .Text("audit/unit-files.json", $"[{string.Join(',', units.Select(static unit => $$"""{"unit_file":"{{unit.Name}}","state":"{{unit.File}}","preset":null}"""))}]");

    /// <summary>A guest as it is stored.</summary>
    public static TestHost Guest(this TestHost host, string name, string devices = "", string other = "", string cpu = "<cpu mode='host-model'/>") =>
        host.Text($"{SnapshotNames.Domains}{name}.xml", Xml(name, devices, other, cpu));

    /// <summary>A guest as it runs.</summary>
    public static TestHost Running(this TestHost host, string name, string devices = "", string other = "", string cpu = "<cpu mode='host-model'/>") =>
        host.Text($"{SnapshotNames.RunningDomains}{name}.xml", $"<domstatus state='running' pid='4711'>{Xml(name, devices, other, cpu)}</domstatus>");

    /// <summary>The running qemus.</summary>
    public static TestHost Processes(this TestHost host, params QemuProcess[] processes) => host.Text(SnapshotNames.QemuProcesses, QemuProcessesText.Write(processes));

    /// <summary>A qemu as libvirt starts it on Debian.</summary>
    public static QemuProcess Process(string guest, string label = "libvirt-11111111-2222-3333-4444-555555555555 (enforce)") => new(4711, "/usr/bin/qemu-system-x86_64")
    {
        Guest = guest,
        Uid = 64055,
        Gid = 64055,
        Seccomp = 2,
        NoNewPrivileges = true,
        Capabilities = "0000000000000000",
        Label = label,
        Replaced = false,
    };

    /// <summary>The XML of libvirt's default network.</summary>
    public static TestHost Network(this TestHost host, string name = "default", string forward = "<forward mode='nat'/>", string dns = "", bool active = true, string ip = "<ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip>", string bridge = "virbr0")
    {
        string xml = $"<network><name>{name}</name><bridge name='{bridge}'/>{forward}{dns}{ip}</network>";
        TestHost stored = host.Text($"{SnapshotNames.Networks}{name}.xml", xml);
        return active ? stored.Text($"{SnapshotNames.ActiveNetworks}{name}.xml", $"<networkstatus>{xml}</networkstatus>") : stored;
    }

    private static string Xml(string name, string devices, string other, string cpu) => $"""
        <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>{name}</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
          <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>{cpu}{other}
          <devices>{devices}</devices></domain>
        """;
}
