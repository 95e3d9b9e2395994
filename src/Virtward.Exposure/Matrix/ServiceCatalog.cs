using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// Tells what a port is for. The program that holds it counts before the number: a qemu process on port 443 is a console all the same, and
/// sshd is ssh on any port. Numbers are IANA's and the programs' own defaults.
/// </summary>
public static class ServiceCatalog
{
    /// <summary>The service at a port.</summary>
    /// <param name="protocol">The transport protocol's number.</param>
    /// <param name="port">The port.</param>
    /// <param name="program">The name of the process that holds it (its <c>comm</c>); empty where unknown, as for the kernel's own sockets.</param>
    public static Service Of(int protocol, int port, string program)
    {
        Service? byProgram = ByProgram(program, protocol, port);
        Service byPort = ByPort(protocol, port);
        return byProgram ?? (program.Length == 0 || byPort.Kind != ServiceKind.Other ? byPort : new Service(program, ServiceKind.Other));
    }

    private static Service? ByProgram(string program, int protocol, int port) => program switch
    {
        "sshd" or "sshd-session" or "dropbear" => new Service("ssh", ServiceKind.Ssh),
        "libvirtd" or "virtproxyd" or "virtqemud" => new Service("libvirt", ServiceKind.Libvirt),
        "openvpn" => new Service("openvpn", ServiceKind.Vpn),
        "charon" or "charon-systemd" or "pluto" => new Service("ipsec", ServiceKind.Vpn),
        "cockpit-ws" or "cockpit-tls" => new Service("cockpit", ServiceKind.Panel),
        "pveproxy" or "pvedaemon" or "spiceproxy" => new Service(program, ServiceKind.Panel),
        "avahi-daemon" => new Service("mdns", ServiceKind.Discovery),
        "nginx" or "apache2" or "httpd" or "caddy" or "haproxy" => new Service(program, ServiceKind.Web),
        "qemu-nbd" => new Service("nbd", ServiceKind.Migration),
        _ when program.StartsWith("qemu", StringComparison.Ordinal) || program.StartsWith("CPU ", StringComparison.Ordinal) => Qemu(protocol, port),
        "dnsmasq" => port is 67 or 547 or 69 ? new Service("dnsmasq (dhcp)", ServiceKind.Dhcp) : new Service("dnsmasq (dns)", ServiceKind.Dns),
        "systemd-resolve" or "systemd-resolved" when port is 5355 or 5353 => new Service("resolved (llmnr, mdns)", ServiceKind.Discovery),
        _ => null,
    };

    private static Service Qemu(int protocol, int port) => port switch
    {
        >= 49152 and <= 49215 when protocol == ProtocolNames.Tcp => new Service("migration", ServiceKind.Migration),
        10809 => new Service("nbd", ServiceKind.Migration),
        >= 5700 and < 5800 => new Service("vnc websocket", ServiceKind.Console),
        _ => new Service(port is >= 5900 and < 6900 ? "vnc/spice" : "qemu", ServiceKind.Console),
    };

    private static Service ByPort(int protocol, int port) => (protocol, port) switch
    {
        (ProtocolNames.Tcp, 22) => new Service("ssh", ServiceKind.Ssh),
        (ProtocolNames.Tcp, >= 5900 and < 6000) => new Service("vnc/spice", ServiceKind.Console),
        (ProtocolNames.Tcp, >= 5700 and < 5800) => new Service("vnc websocket", ServiceKind.Console),
        (ProtocolNames.Tcp, 16509) => new Service("libvirt", ServiceKind.Libvirt),
        (ProtocolNames.Tcp, 16514) => new Service("libvirt (tls)", ServiceKind.Libvirt),
        (ProtocolNames.Tcp, >= 49152 and <= 49215) => new Service("migration", ServiceKind.Migration),
        (ProtocolNames.Tcp, 10809) => new Service("nbd", ServiceKind.Migration),
        (ProtocolNames.Tcp, 9090) => new Service("cockpit", ServiceKind.Panel),
        (ProtocolNames.Tcp, 8006) => new Service("proxmox", ServiceKind.Panel),
        (ProtocolNames.Tcp, 10000) => new Service("webmin", ServiceKind.Panel),
        (_, 53) => new Service("dns", ServiceKind.Dns),
        (ProtocolNames.Udp, 67) => new Service("dhcp", ServiceKind.Dhcp),
        (ProtocolNames.Udp, 547) => new Service("dhcpv6", ServiceKind.Dhcp),
        (ProtocolNames.Udp, 69) => new Service("tftp", ServiceKind.Dhcp),
        (ProtocolNames.Udp, 51820) => new Service("wireguard", ServiceKind.Vpn),
        (_, 1194) => new Service("openvpn", ServiceKind.Vpn),
        (ProtocolNames.Udp, 500 or 4500) => new Service("ipsec", ServiceKind.Vpn),
        (ProtocolNames.Udp, 5353) => new Service("mdns", ServiceKind.Discovery),
        (_, 5355) => new Service("llmnr", ServiceKind.Discovery),
        (ProtocolNames.Udp, 1900) => new Service("ssdp", ServiceKind.Discovery),
        (_, 111) => new Service("rpcbind", ServiceKind.Other),
        (_, 631) => new Service("printing", ServiceKind.Other),
        (ProtocolNames.Tcp, 80) => new Service("http", ServiceKind.Web),
        (ProtocolNames.Tcp, 443) => new Service("https", ServiceKind.Web),
        (ProtocolNames.Udp, 443) => new Service("http/3", ServiceKind.Web),
        (ProtocolNames.Tcp, 3389) => new Service("rdp", ServiceKind.Console),
        (ProtocolNames.Udp, 123) => new Service("ntp", ServiceKind.Other),
        (ProtocolNames.Tcp, 25) => new Service("smtp", ServiceKind.Other),
        (ProtocolNames.Tcp, 5432) => new Service("postgresql", ServiceKind.Other),
        (ProtocolNames.Tcp, 3306) => new Service("mysql", ServiceKind.Other),
        _ => new Service("", ServiceKind.Other),
    };
}
