using Virtward.Core.Net;
using Virtward.Core.Snapshots;
using Virtward.Linux.Sockets;
using Xunit;

namespace Virtward.Tests.Linux.Sockets;

public sealed class SocketOwnerTests
{
    [Fact]
    public void Proc_net_is_read_in_both_families()
    {
        BoundSocket v4 = Assert.Single(ProcSockets.Parse(
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0
               1: 0100007F:1F91 0200007F:0016 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1 0000000000000000 100 0 0 10 0
               2: 0100007F:0000 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4244 1
               3: junk
            """, "tcp", 6, 10));
        Assert.Equal(new BoundSocket("tcp", 6, Address.Parse("127.0.0.1"), 8080, false, 0, 1000, 4242), v4);
        BoundSocket v6 = Assert.Single(ProcSockets.Parse(
            "   0: B80D0120000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 7 2 0", "udp", 17, 7));
        Assert.Equal((Address.Parse("2001:db8::1"), 53), (v6.Address, v6.Port));
        BoundSocket raw = Assert.Single(ProcSockets.Parse(
            "   1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9 2 0", "raw", 255, 7));
        Assert.Equal((1, 0), (raw.Number, raw.Port));
    }

    [Fact]
    public void Packet_sockets_that_receive_are_read()
    {
        List<BoundSocket> sockets = ProcSockets.ParsePacket(
            "sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n0000000000000000 3      3    0003   2     1 0      0      555\n0000000000000000 3      3    0000   0     1 0      0      556\n");
        BoundSocket one = Assert.Single(sockets);
        Assert.Equal(("packet", 2, 555UL), (one.Protocol, one.DeviceIndex, one.Inode));
    }

    [Theory]
    [InlineData("/system.slice/ssh.service", "ssh.service", null)]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "session-3.scope", null)]
    [InlineData("/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "docker:0123456789ab")]
    [InlineData("/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", null, "docker:0123456789ab")]
    [InlineData("/machine.slice/libpod-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope/container", "libpod-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "podman:0123456789ab")]
    [InlineData("/lxc.payload.web/system.slice/nginx.service", "nginx.service", "lxc:web")]
    [InlineData("/init.scope", null, null)]
    [InlineData("/", null, null)]
    [InlineData("", null, null)]
    public void A_control_group_tells_unit_and_container(string path, string? unit, string? container)
    {
        Assert.Equal(unit, ControlGroups.Unit(path));
        Assert.Equal(container, ControlGroups.Container(path));
    }

    [Theory]
    [InlineData("mysqld", "mysqld --password=S3CRET", null)]
    [InlineData("sshd", "sshd -D -p 2222 -o S3CRET", "-p 2222")]
    [InlineData("python3.11", "python3 -c S3CRET", null)]
    [InlineData("python3.11", "python3 -m http.server S3CRET", "-m http.server")]
    [InlineData("docker-proxy", "docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 80 -container-ip 172.17.0.2 -container-port 8080", "-proto tcp -host-ip 0.0.0.0 -host-port 80 -container-ip 172.17.0.2 -container-port 8080")]
    [InlineData("dnsmasq", "dnsmasq --conf-file=/var/lib/libvirt/dnsmasq/default.conf --leasefile-ro", "--conf-file=/var/lib/libvirt/dnsmasq/default.conf")]
    [InlineData("qemu-system-x86_64", "qemu -vnc 0.0.0.0:1,password=S3CRET -object secret,id=a,data=S3CRET", "vnc=0.0.0.0:5901")]
    [InlineData("S3CRET", "S3CRET", null)]
    public void Arguments_show_where_a_process_listens_and_nothing_else(string program, string line, string? expected) =>
        Assert.Equal(expected, SafeArguments.Of(program, [.. line.Split(' ')]));

    [Theory]
    [InlineData("/usr/sbin/sshd", 22, "ssh")]
    [InlineData("/usr/sbin/dnsmasq", 67, "dhcp")]
    [InlineData("/usr/sbin/dnsmasq", 53, "dns")]
    [InlineData("/usr/bin/qemu-system-x86_64 (deleted)", 5901, "vnc")]
    [InlineData("/usr/bin/qemu-system-x86_64", 5701, "vnc-websocket")]
    [InlineData("/usr/bin/qemu-system-x86_64", 1234, "gdb")]
    [InlineData("/usr/bin/qemu-system-x86_64", 49152, "migration")]
    [InlineData("/usr/bin/qemu-system-x86_64", 40000, "qemu")]
    [InlineData("/usr/lib/systemd/systemd", 22, "ssh")]
    [InlineData("/usr/sbin/libvirtd", 16514, "libvirt-tls")]
    [InlineData("/opt/app/server", 80, "server")]
    public void A_listener_is_for_something(string program, int port, string expected)
    {
        var listener = new Listener { Protocol = "tcp", Number = 6, Address = Address.Parse("0.0.0.0"), Port = port, Processes = [new ListenerProcess(7, "x") { Program = program }] };
        Assert.Equal(expected, ListenerPurpose.Of(listener, ["qemu", "-vnc", ":1,websocket=on", "-s"], wireguard: false));
    }

    [Fact]
    public void The_title_that_a_listening_sshd_writes_holds_its_arguments()
    {
        Assert.Equal("-f /etc/ssh/sshd_config_vpn -p 2200", SafeArguments.Of("sshd", ["sshd: /usr/sbin/sshd -D -f /etc/ssh/sshd_config_vpn -p 2200 [listener] 0 of 10-100 startups"]));
        Assert.Null(SafeArguments.Of("sshd", ["sshd: -f /etc/shadow [preauth]"]));
        Assert.Null(SafeArguments.Of("sshd", ["sshd:  [listener]"]));
        Assert.Null(SafeArguments.Of("sshd", []));
    }

    [Fact]
    public void A_socket_of_the_kernels_own_may_be_wireguard()
    {
        var listener = new Listener { Protocol = "udp", Number = 17, Address = Address.Parse("0.0.0.0"), Port = 51820 };
        Assert.Equal("wireguard", ListenerPurpose.Of(listener, [], wireguard: true));
        Assert.Equal("", ListenerPurpose.Of(listener, [], wireguard: false));
    }
}
