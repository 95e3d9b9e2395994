using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Xml.Linq;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>
/// <c>virtward audit</c> as its user runs it, on a host of a network namespace and a root of its own: once as the isolation document found it, once as it
/// should be. What must be found was written down before the first run.
/// </summary>
public sealed class AuditTests : IDisposable
{
    /// <summary>What the insecure host must be found out for; more may be found.</summary>
    private static readonly string[] Seeded =
    [
        "EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-08", "EXP-09", "EXP-13",
        "FW-02", "FW-03",
        "SSH-01", "SSH-03", "SSH-07", "SSH-13",
        "LV-04", "LV-07",
        "UPD-01", "PKG-01", "AUT-01",
    ];

    /// <summary>What must not be found on the host that was closed.</summary>
    private static readonly string[] Mended = ["EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-08", "EXP-09", "EXP-13", "FW-02", "FW-03", "SSH-01", "SSH-03", "SSH-07", "SSH-13", "LV-04", "LV-07", "PKG-01", "AUT-01"];

    private const string Policy = """
        version: 1
        zones:
          internet: { interfaces: [up0] }
          management: { interfaces: [mgmt0], sources: [192.168.1.0/24] }
          guests: { interfaces: [virbr0] }
        """;

    private const string ClosedRules = """
        table inet virtward {
            chain input {
                type filter hook input priority -10; policy drop;
                ct state established,related accept
                ct state invalid drop
                iifname "lo" accept
                tcp flags & (fin|syn|rst|ack) != syn ct state new drop
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, packet-too-big, destination-unreachable, time-exceeded, parameter-problem } accept
                icmp type { destination-unreachable, time-exceeded, parameter-problem } accept
                iifname "mgmt0" ip saddr 192.168.1.0/24 tcp dport 22 accept
                iifname "virbr0" ip saddr 192.168.122.0/24 udp dport { 53, 67 } accept
            }
            chain forward {
                type filter hook forward priority -10; policy drop;
                ct state established,related accept
                iifname "virbr0" oifname "up0" ip saddr 192.168.122.0/24 accept
            }
        }
        """;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("virtward-audit-");
    private readonly NetworkNamespace _host = new();
    private readonly NetworkNamespace _internet = new();
    private readonly NetworkNamespace _management = new();
    private readonly NetworkNamespace _guest = new();
    private readonly List<Socket> _sockets = [];

    public AuditTests()
    {
        _host.Sysctl("net.ipv6.conf.default.accept_dad", "0");
        _host.Link(_internet, "up0", "net0");
        _host.Link(_management, "mgmt0", "adm0");
        _host.Link(_guest, "vnet0", "eth0");
        _host.Ip("link add virbr0 type bridge");
        _host.Ip("link set vnet0 master virbr0");
        _host.Ip("link set virbr0 up");
        _host.Address("up0", "203.0.113.10/24", "2001:db8::10/64");
        _host.Address("mgmt0", "192.168.1.100/24");
        _host.Address("virbr0", "192.168.122.1/24");
        _host.Ip("route add default via 203.0.113.1");
        _host.Ip("-6 route add default via 2001:db8::1");
        _host.Sysctl("net.ipv4.ip_forward", "1");
        Write("etc/virtward/policy.yaml", Policy);
        Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nadmin:x:1000:1000::/home/admin:/bin/bash\n");
        Write("etc/group", "root:x:0:\nsudo:x:27:admin\nlibvirt:x:120:admin\n");
        Write("home/admin/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3nG1wzLr0YQ3u5Tq9m2m4mHqgk6Yq1oE7wY0m7c7yT admin@desk\n");
    }

    public void Dispose()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        foreach (NetworkNamespace one in new[] { _host, _internet, _management, _guest })
        {
            one.Dispose();
        }

        _root.Delete(recursive: true);
    }

    [Fact]
    public void Every_seeded_fault_of_the_insecure_host_is_found_with_evidence_and_a_remedy()
    {
        MakeInsecure();
        CommandRun run = CommandRun.In(_host, "audit", "--root", _root.FullName, "--json");
        Assert.True(run.ExitCode == 1, run.Error);
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        string[] found = [.. report.GetProperty("findings").EnumerateArray().Select(static finding => finding.GetProperty("id").GetString()!).Distinct()];
        Assert.True(!Seeded.Except(found).Any(), $"not found: {string.Join("; ", Seeded.Except(found).Select(id => Told(report, id)))}");
        Assert.All(report.GetProperty("findings").EnumerateArray(), static finding =>
        {
            Assert.NotEqual(0, finding.GetProperty("evidence").GetArrayLength());
            Assert.NotEqual("", finding.GetProperty("remedy").GetProperty("summary").GetString());
        });
        JsonElement password = report.GetProperty("findings").EnumerateArray().First(static finding => finding.GetProperty("id").GetString() == "SSH-01");
        Assert.Contains(password.GetProperty("evidence").EnumerateArray(), static evidence =>
            evidence.GetProperty("where").GetString() == "/etc/ssh/sshd_config" && evidence.TryGetProperty("line", out JsonElement line) && line.GetInt32() == 3);
        Assert.Contains(report.GetProperty("services").EnumerateArray(), static service =>
            service.GetProperty("port").GetString() == "tcp/5900" && service.GetProperty("level").GetString() == "critical");
        Assert.DoesNotContain("hunter2", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void On_the_closed_host_none_of_them_is_found()
    {
        MakeClosed();
        CommandRun run = CommandRun.In(_host, "audit", "--root", _root.FullName, "--json");
        JsonElement report = JsonDocument.Parse(run.Output).RootElement;
        string[] found = [.. report.GetProperty("findings").EnumerateArray().Select(static finding => finding.GetProperty("id").GetString()!).Distinct()];
        Assert.True(!Mended.Intersect(found).Any(), $"false alarms: {string.Join("; ", Mended.Intersect(found).Select(id => Told(report, id)))}");
    }

    [Fact]
    public void A_snapshot_is_judged_as_the_host_itself()
    {
        MakeInsecure();
        string snapshot = Path.Combine(_root.FullName, "host.tar.gz");
        Assert.Equal(0, CommandRun.In(_host, "snapshot", snapshot, "--root", _root.FullName, "--no-nft-json").ExitCode);
        string policy = Path.Combine(_root.FullName, "etc/virtward/policy.yaml");
        JsonElement live = JsonDocument.Parse(CommandRun.In(_host, "audit", "--root", _root.FullName, "--json").Output).RootElement;
        JsonElement later = JsonDocument.Parse(CommandRun.Of("audit", "--snapshot", snapshot, "--policy", policy, "--json").Output).RootElement;
        Assert.Equal(Statuses(live), Statuses(later));
        Assert.Equal(live.GetProperty("score").GetRawText(), later.GetProperty("score").GetRawText());
    }

    [Fact]
    public void A_baseline_shows_what_changed_and_a_waiver_is_kept_in_the_policy()
    {
        MakeInsecure();
        string monday = Path.Combine(_root.FullName, "monday.json");
        File.WriteAllText(monday, CommandRun.In(_host, "audit", "--root", _root.FullName, "--json").Output);
        CommandRun same = CommandRun.In(_host, "audit", "--root", _root.FullName, "--baseline", monday);
        Assert.True(same.ExitCode == 0, same.Output);
        Assert.Contains("nothing changed", same.Output, StringComparison.Ordinal);

        Listen(ProtocolType.Tcp, "0.0.0.0", 5901);
        CommandRun more = CommandRun.In(_host, "audit", "--root", _root.FullName, "--baseline", monday);
        Assert.Equal(1, more.ExitCode);
        Assert.Contains("5901", more.Output, StringComparison.Ordinal);

        string policy = Path.Combine(_root.FullName, "etc/virtward/policy.yaml");
        CommandRun waived = CommandRun.Of("audit", "waive", "ssh-13", "--until", "2100-01-01", "--because", "it is a lab", "--policy", policy);
        Assert.True(waived.ExitCode == 0, waived.Error);
        Assert.StartsWith(Policy, File.ReadAllText(policy), StringComparison.Ordinal);
        CommandRun shown = CommandRun.In(_host, "audit", "--root", _root.FullName, "--only", "SSH-13");
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("waived until 2100-01-01: it is a lab", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_and_documents_are_written_whole()
    {
        MakeInsecure();
        string html = Path.Combine(_root.FullName, "out.html");
        string sarif = Path.Combine(_root.FullName, "out.sarif");
        CommandRun run = CommandRun.In(_host, "audit", "--root", _root.FullName, "--html", html, "--sarif", sarif, "--junit", "-");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("testsuites", XDocument.Parse(run.Output.TrimStart('\uFEFF')).Root!.Name.LocalName);
        string page = File.ReadAllText(html);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("EXP-03", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("More: docs/checks/SSH-03.md; the same elsewhere: CIS RHEL 9", page, StringComparison.Ordinal);
        Assert.Equal("2.1.0", JsonDocument.Parse(File.ReadAllText(sarif)).RootElement.GetProperty("version").GetString());
        Assert.EndsWith("</html>\n", CommandRun.In(_host, "audit", "--root", _root.FullName, "--html", "-").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_documents_do_not_run_into_one_another()
    {
        CommandRun run = CommandRun.In(_host, "audit", "--root", _root.FullName, "--json", "--sarif", "-");
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("only one document can go to stdout", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_whole_text_has_the_table_of_services_with_risk_and_advice_and_says_whose_kernel_it_is()
    {
        MakeInsecure();
        string text = CommandRun.In(_host, "audit", "--root", _root.FullName, "--all").Output;
        Assert.Contains("    → Bind it to 127.0.0.1 or a socket and look through an SSH tunnel", text, StringComparison.Ordinal);
        Assert.Contains("It is a guest's screen and keyboard", text.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("more: docs/checks/SSH-03.md; the same elsewhere: CIS RHEL 9", text, StringComparison.Ordinal);
        Assert.Contains($"note: the files are those of {_root.FullName}; the kernel", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("audit", "--only", "SSH-99")]
    [InlineData("audit", "--profile", "open")]
    [InlineData("audit", "--root", "/nonexistent")]
    [InlineData("audit", "--snapshot", "/nonexistent")]
    [InlineData("audit", "--baseline", "/nonexistent")]
    [InlineData("audit", "--snapshot", "x", "--root", "/")]
    [InlineData("audit", "waive", "SSH-01", "--until", "soon", "--because", "x")]
    [InlineData("audit", "waive", "SSH-01", "--until", "2020-01-01", "--because", "x")]
    [InlineData("audit", "waive", "SSH-99", "--until", "2100-01-01", "--because", "x")]
    public void What_is_wrong_is_said_in_a_sentence(params string[] arguments)
    {
        CommandRun run = CommandRun.Of(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("virtward: ", run.Error, StringComparison.Ordinal);
    }

    private static string Told(JsonElement report, string id)
    {
        JsonElement check = report.GetProperty("checks").EnumerateArray().FirstOrDefault(check => check.GetProperty("id").GetString() == id);
        string findings = string.Join(", ", report.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("id").GetString() == id)
            .Select(static finding => $"{finding.GetProperty("subject").GetString()}: {finding.GetProperty("what").GetString()}"));
        return check.ValueKind == JsonValueKind.Undefined ? $"{id} does not exist"
            : $"{id} is {check.GetProperty("status").GetString()} ({(check.TryGetProperty("reason", out JsonElement reason) ? reason.GetString() : "")}) {findings}";
    }

    private static Dictionary<string, string?> Statuses(JsonElement report) =>
        report.GetProperty("checks").EnumerateArray().ToDictionary(static check => check.GetProperty("id").GetString()!, static check => check.GetProperty("status").GetString());

    private void MakeInsecure()
    {
        Listen(ProtocolType.Tcp, "0.0.0.0", 22);
        Listen(ProtocolType.Tcp, "::", 22);
        Listen(ProtocolType.Tcp, "0.0.0.0", 5900);
        Listen(ProtocolType.Tcp, "0.0.0.0", 16509);
        Listen(ProtocolType.Udp, "0.0.0.0", 53);

        // SSH is closed to the Internet, and nobody thought of IPv6.
        _host.Nft("table ip onlyv4 { chain input { type filter hook input priority 10; policy accept; tcp dport 22 ip saddr != 192.168.1.0/24 drop; }; }");
        Write("etc/ssh/sshd_config", "# as it was found\nPermitRootLogin yes\nPasswordAuthentication yes\nX11Forwarding yes\nMaxAuthTries 10\nPermitEmptyPasswords yes\nUsePAM yes\n");
        Write("etc/libvirt/libvirtd.conf", "listen_tls = 0\nlisten_tcp = 1\nauth_tcp = \"none\"\n");
        Write("etc/libvirt/qemu.conf", "vnc_listen = \"0.0.0.0\"\nvnc_password = \"hunter2\"\nuser = \"root\"\ngroup = \"root\"\nseccomp_sandbox = 0\n");
        Write("etc/libvirt/qemu/web1.xml", Guest("0.0.0.0"));
        Write("etc/sudoers", "root ALL=(ALL:ALL) ALL\nadmin ALL=(ALL) NOPASSWD: ALL\n");
        Packages("openssh-server", "libvirt-daemon-system", "qemu-system-x86", "telnetd", "rpcbind", "sudo");
    }

    private void MakeClosed()
    {
        Listen(ProtocolType.Tcp, "192.168.1.100", 22);
        Listen(ProtocolType.Tcp, "127.0.0.1", 5900);
        Listen(ProtocolType.Udp, "192.168.122.1", 53);
        _host.Nft(ClosedRules);
        Write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n");
        Write("etc/ssh/sshd_config.d/00-virtward.conf", """
            PermitRootLogin no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitEmptyPasswords no
            HostbasedAuthentication no
            IgnoreRhosts yes
            MaxAuthTries 4
            MaxSessions 10
            MaxStartups 10:30:60
            LoginGraceTime 30
            X11Forwarding no
            AllowTcpForwarding local
            AllowAgentForwarding no
            PermitTunnel no
            GatewayPorts no
            PermitUserEnvironment no
            """);
        Write("etc/libvirt/qemu.conf", "vnc_listen = \"127.0.0.1\"\n");
        Write("etc/libvirt/qemu/web1.xml", Guest("127.0.0.1"));
        Write("etc/sudoers", "Defaults use_pty\nDefaults logfile=/var/log/sudo.log\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n");
        Write("etc/login.defs", "UMASK 027\n");
        Write("etc/security/faillock.conf", "deny = 5\nunlock_time = 900\n");
        Write("etc/pam.d/su", "auth sufficient pam_rootok.so\nauth required pam_wheel.so use_uid\n");
        Write("etc/pam.d/common-auth", "auth required pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so\nauth [default=die] pam_faillock.so authfail\n");
        Write("etc/pam.d/common-account", "account required pam_faillock.so\n");
        Packages("openssh-server", "libvirt-daemon-system", "qemu-system-x86", "nftables", "sudo");
    }

    private static string Guest(string listen) => $"""
        <domain type='kvm'><name>web1</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory unit='KiB'>1048576</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
        <interface type='network'><mac address='52:54:00:aa:bb:cc'/><source network='default'/><model type='virtio'/></interface>
        <graphics type='vnc' port='5900' autoport='no' listen='{listen}'><listen type='address' address='{listen}'/></graphics></devices></domain>
        """;

    // dpkg's own database, so that dpkg-query --admindir reads it as it reads the real one.
    private void Packages(params string[] names)
    {
        Write("var/lib/dpkg/status", string.Concat(names.Select(static name =>
            $"Package: {name}\nStatus: install ok installed\nPriority: optional\nSection: net\nMaintainer: Nobody <nobody@example.org>\nArchitecture: amd64\nVersion: 1:9.2p1-2\nDescription: {name}\n\n")));
        Write("var/lib/dpkg/available", "");
        Directory.CreateDirectory(Path.Combine(_root.FullName, "var/lib/dpkg/info"));
        Directory.CreateDirectory(Path.Combine(_root.FullName, "var/lib/dpkg/updates"));
    }

    private void Write(string path, string text)
    {
        string file = Path.Combine(_root.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private void Listen(ProtocolType protocol, string address, int port)
    {
        IPAddress ip = IPAddress.Parse(address);
        Socket socket = _host.Run(() => new Socket(ip.AddressFamily, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol));
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(ip, port));
        if (protocol == ProtocolType.Tcp)
        {
            socket.Listen();
        }
    }
}
