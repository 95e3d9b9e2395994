using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Services;

/// <summary>
/// What does not belong on a hypervisor. nfs-utils and nfs-common are not here: pools on NFS need them, and on RHEL client and server are one package.
/// Compilers are not here either: an attacker brings his program along, and kernel modules that are built here need them.
/// </summary>
public static class UnwantedPackages
{
    /// <summary>The list.</summary>
    public static readonly ImmutableArray<UnwantedPackage> All =
    [
        new(["telnetd", "telnet-server", "inetutils-telnetd", "telnetd-ssl"], "telnet sends passwords in clear", Severity.High),
        new(["rsh-server", "rsh-redone-server"], "rsh trusts addresses and sends everything in clear", Severity.High),
        new(["ypserv", "nis", "ypbind", "yp-tools", "ypbind-mt"], "NIS gives password hashes to whoever asks", Severity.Medium),
        new(["talk-server", "talkd", "inetutils-talkd"], "talk takes messages from anybody", Severity.Medium),
        new(["tftp-server", "tftpd-hpa", "tftpd", "atftpd"],
            "TFTP gives files to whoever asks; libvirt's networks bring their own where guests boot from it", Severity.Medium),
        new(["vsftpd", "proftpd", "proftpd-core", "pure-ftpd"], "FTP sends passwords in clear", Severity.Medium),
        new(["xinetd", "openbsd-inetd", "inetutils-inetd"], "it starts network services on demand, out of sight of systemd", Severity.Medium),
        new(["avahi", "avahi-daemon"], "it announces the host to its neighbours and answers them", Severity.Medium),
        new(["cups", "cups-daemon", "cups-browsed"], "printing has no place here, and its daemons listen", Severity.Medium),
        new(["samba"], "a file server beside guests is one more way in", Severity.Medium),
        new(["nfs-kernel-server"], "a file server beside guests is one more way in", Severity.Medium),
        new(["net-snmp", "snmpd"], "SNMP up to version 2 has a password that everybody on the wire reads", Severity.Medium),
        new(["rpcbind"], "it tells the network which RPC services run; NFS version 4 does without it", Severity.Low),
        new(["rsync-daemon"], "rsync's daemon sends in clear; rsync over SSH needs no daemon", Severity.Low),
        new(["telnet", "inetutils-telnet", "telnet-ssl"], "a client that sends passwords in clear", Severity.Low),
        new(["rsh", "rsh-client", "rsh-redone-client"], "a client that sends everything in clear", Severity.Low),
        new(["talk", "inetutils-talk"], "nobody needs it here", Severity.Low),
        new(["tftp", "tftp-hpa", "atftp"], "a client that checks nothing of what it fetches", Severity.Low),
    ];
}
