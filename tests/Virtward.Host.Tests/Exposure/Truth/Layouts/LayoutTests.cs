using System.Diagnostics;
using Virtward.Host.Tests.Exposure.Truth.Scene;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Exposure.Truth.Layouts;

/// <summary>
/// The engine against the kernel on the rules of the programs that lay them: firewalld and ufw themselves, at work in namespaces of their own; iptables
/// of both kinds; Docker's published ports and libvirt's networks as both lay them for iptables and for nftables.
/// </summary>
public sealed class LayoutTests(ITestOutputHelper output)
{
    private const int Packets = 1500;

    private static readonly int[] Ports = [22, 53, 67, 80, 123, 443, 2222, 5353, 5900, 5905, 8080, 8443, 16509, 51820];

    /// <summary>/run, /var/log and the programs' own files are private; all goes with the shell.</summary>
    private const string Private =
        """
        set -e
        mount --make-rprivate /
        mount -t tmpfs none /run
        mount -t tmpfs none /var/log
        wait_for() { for i in $(seq 300); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; echo "never: $*"; exit 9; }
        """;

    private const string Firewalld =
        Private + "\n" +
        """
        cp -a /etc/firewalld /run/firewalld-etc && mount --bind /run/firewalld-etc /etc/firewalld
        mkdir -p /run/dbus /run/firewalld
        dbus-daemon --system --nopidfile --fork
        firewalld --nofork --nopid >/run/firewalld.log 2>&1 &
        wait_for firewall-cmd --state
        run() { firewall-cmd "$@" >/dev/null; }
        run --zone=public --change-interface=eth0
        run --zone=home --change-interface=eth1
        run --zone=work --change-interface=wg0
        run --zone=public --add-port=8080/tcp
        run --zone=public --add-service=http
        run --zone=public --add-forward-port=port=2222:proto=tcp:toport=22:toaddr=192.168.122.10
        run --zone=public --add-masquerade
        run --zone=public --add-rich-rule='rule family=ipv4 source address=198.51.100.0/24 port port=5900-5910 protocol=tcp accept'
        run --zone=public --add-rich-rule='rule family=ipv4 source address=198.51.100.7 reject'
        run --zone=public --add-rich-rule='rule family=ipv6 source address=2001:db8:9::/48 port port=443 protocol=tcp drop'
        run --zone=public --add-icmp-block=timestamp-request
        run --zone=trusted --add-source=10.8.0.0/24
        run --zone=drop --add-source=8.8.4.0/24
        run --zone=internal --change-interface=virbr0
        run --zone=internal --add-port=53/udp
        run --zone=dmz --change-interface=br0
        echo ready
        read -r _
        """;

    private const string Ufw =
        Private + "\n" +
        """
        cp -a /etc/ufw /run/ufw-etc && mount --bind /run/ufw-etc /etc/ufw
        run() { ufw "$@" >/run/ufw.log 2>&1 || { cat /run/ufw.log; exit 8; }; }
        run --force enable
        run default deny routed
        run allow from 192.168.1.0/24 to any port 22 proto tcp
        run limit 2222/tcp
        run allow in on wg0
        run deny from 198.51.100.0/24
        run reject 443/tcp
        run allow 8080:8443/tcp
        run allow 51820/udp
        run route allow in on eth0 out on virbr0 to 192.168.122.10 port 80 proto tcp
        run route allow in on wg0 out on br0
        echo ready
        read -r _
        """;

    private const string Libvirt =
        Private + "\n" +
        """
        mount -t tmpfs none /var/cache
        mkdir -p /run/libvirt-etc /run/libvirt-lib
        cp -a /etc/libvirt/. /run/libvirt-etc && mount --bind /run/libvirt-etc /etc/libvirt
        cp -a /var/lib/libvirt/. /run/libvirt-lib && mount --bind /run/libvirt-lib /var/lib/libvirt
        rm -f /etc/libvirt/qemu/networks/*.xml /etc/libvirt/qemu/networks/autostart/*
        run() { virsh -c network:///system "$@" >/run/virsh.log 2>&1 || { cat /run/virsh.log /run/libvirtd.log; exit 8; }; }
        network() {
            echo "<network><name>$1</name>$2<bridge name='$1' stp='off' delay='0'/><mac address='$3'/><dns enable='no'/>
                <ip address='$4' prefix='24'/><ip family='ipv6' address='$5' prefix='64'/></network>" >/run/$1.xml
            run net-create /run/$1.xml
        }
        libvirtd >/run/libvirtd.log 2>&1 &
        wait_for virsh -c network:///system net-list
        network virbr0 "<forward mode='nat'/>" 02:00:00:00:02:01 192.168.122.1 fd00:122::1
        network br0 "FORWARD" 02:00:00:00:02:02 10.77.0.1 fd00:77::1
        echo ready
        read -r _
        """;

    [Fact]
    public void Firewalld_itself() => At_work("/usr/sbin/firewalld", Firewalld);

    [Fact]
    public void Ufw_itself() => At_work("/usr/sbin/ufw", Ufw);

    /// <summary>Networks of every kind that libvirt lays rules for; the bridges are its own. No DNS, so no dnsmasq is needed.</summary>
    [Theory]
    [InlineData("<forward mode='route'/>")]
    [InlineData("<forward mode='open'/>")]
    [InlineData("")]
    [InlineData("<forward mode='nat'><nat ipv6='yes'><port start='2000' end='2999'/></nat></forward>")]
    public void Libvirt_itself(string forward)
    {
        if (!File.Exists("/usr/sbin/libvirtd") || !File.Exists("/usr/bin/virsh"))
        {
            Assert.Skip("libvirtd and virsh are not installed");
        }

        Process? shell = null;
        try
        {
            using var scene = new TruthScene(Layout.Plain, host => shell = Start(host, "libvirtd", Libvirt.Replace("FORWARD", forward, StringComparison.Ordinal)));
            Judge(scene);
        }
        finally
        {
            shell?.StandardInput.Close();
            shell?.WaitForExit();
            shell?.Dispose();
        }
    }

    [Fact]
    public void Docker_and_libvirt_by_iptables() => Restored("iptables-nft-restore", "docker-libvirt.iptables");

    [Fact]
    public void Docker_and_libvirt_by_iptables_legacy() => Restored("iptables-legacy-restore", "docker-libvirt.iptables");

    [Fact]
    public void A_host_firewall_by_iptables() => Restored("iptables-nft-restore", "host.iptables");

    [Fact]
    public void A_host_firewall_by_iptables_legacy() => Restored("iptables-legacy-restore", "host.iptables");

    /// <summary>What a bridge's port is called matters to iptables' physdev only where the bridge shows it its frames.</summary>
    [Theory]
    [InlineData("iptables-nft-restore", "1")]
    [InlineData("iptables-nft-restore", "0")]
    [InlineData("iptables-legacy-restore", "1")]
    public void Ports_of_bridges_by_iptables(string program, string shown) =>
        Restored(program, "bridge-ports.iptables", Layout.Plain with { Sysctls = [("net.bridge.bridge-nf-call-iptables", shown)] });

    [Fact]
    public void Docker_and_libvirt_by_nftables()
    {
        using var scene = new TruthScene(Layout.Plain);
        Assert.Null(scene.Load(Text("docker.nft")));
        Judge(scene);
    }

    private static string Text(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Exposure", "Truth", "Layouts", file));

    private void Restored(string program, string file, Layout? layout = null)
    {
        if (!File.Exists($"/usr/sbin/{program}"))
        {
            Assert.Skip($"{program} is not installed");
        }

        using var scene = new TruthScene(layout ?? Layout.Plain);
        using (Process process = scene.Host.Start(program, []))
        {
            process.StandardInput.Write(Text(file));
            process.StandardInput.Close();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0 && program.Contains("legacy", StringComparison.Ordinal) && error.Contains("Table does not exist", StringComparison.Ordinal))
            {
                Assert.Skip($"the kernel has no iptables-legacy: {error}");
            }

            Assert.True(process.ExitCode == 0, error);
        }

        Judge(scene);
    }

    private void At_work(string program, string script)
    {
        if (!File.Exists(program))
        {
            Assert.Skip($"{program} is not installed");
        }

        using var scene = new TruthScene(Layout.Plain);
        using Process shell = Start(scene.Host, program, script);
        try
        {
            Judge(scene);
        }
        finally
        {
            shell.StandardInput.Close();
            shell.WaitForExit();
        }
    }

    private static Process Start(NetworkNamespace host, string program, string script)
    {
        Process shell = host.Start("unshare", ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", script]);
        string? line = shell.StandardOutput.ReadLine();
        if (line != "ready")
        {
            shell.StandardInput.Close();
            Assert.Fail($"{program}: {line} {shell.StandardOutput.ReadToEnd()} {shell.StandardError.ReadToEnd()}");
        }

        return shell;
    }

    private void Judge(TruthScene scene)
    {
        (IReadOnlyList<string> wrong, string counts) = LayoutTrial.Run(scene, Packets, Ports);
        output.WriteLine(counts);
        Assert.True(wrong.Count == 0, $"{counts}\n{string.Join('\n', wrong.Take(20))}");
    }
}
