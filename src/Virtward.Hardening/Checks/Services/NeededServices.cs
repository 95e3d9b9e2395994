using System.Collections.Immutable;
using Virtward.Core.Host;

namespace Virtward.Hardening.Checks.Services;

/// <summary>The services that a KVM host may need, by their units' names without <c>.service</c>; docs/checks/SVC-01.md tells them.</summary>
public static class NeededServices
{
    /// <summary>The patterns, as glob(7).</summary>
    public static readonly ImmutableArray<string> Patterns =
    [
        // the system itself
        "systemd-*", "dbus", "dbus-broker", "polkit", "getty@*", "serial-getty@*", "container-getty@*", "console-getty", "autovt@*", "user@*",
        "user-runtime-dir@*", "plymouth-*",
        "emergency", "rescue", "initrd-*", "dracut-*", "kdump", "cron", "crond", "atd", "anacron", "haveged", "rngd", "rng-tools*", "irqbalance",
        "tuned", "tuned-ppd", "thermald",
        "acpid", "nscd", "sssd*", "oddjobd", "realmd", "gpm", "microcode*", "restorecond", "setroubleshootd", "rhsmcertd", "rhsm",
        "insights-client*", "ubuntu-advantage*", "esm-cache", "apport*",
        "cloud-init*", "cloud-config*", "cloud-final", "qemu-guest-agent", "open-vm-tools", "vgauth*",

        // disks and hardware
        "lvm2-*", "dm-event", "multipathd", "mdmonitor*", "mdadm*", "iscsid", "iscsi*", "open-iscsi", "zfs-*", "zed", "smartd", "smartmontools",
        "rasdaemon", "mcelog", "fwupd*", "ipmievd", "lm_sensors",
        "lm-sensors", "lldpd", "lldpad", "fcoe*", "nvme*", "stratisd", "rpc-statd", "rpc-gssd", "rpc-idmapd", "nfs-idmapd", "gssproxy", "glusterd", "ceph-*",

        // time
        "chrony", "chronyd", "ntp", "ntpd", "ntpsec",

        // the network
        "NetworkManager*", "networking", "ifup@*", "dhclient*", "dhcpcd*", "networkd-dispatcher", "netplan-*", "resolvconf*", "openvswitch*",
        "ovs-*", "ovsdb-server", "teamd@*",

        // the way in, and what guards it
        "ssh", "sshd", "ssh@*", "sshd@*", "firewalld", "nftables", "ufw", "fail2ban", "virtward*", "crowdsec*", "sshguard",
        "openvpn*", "wg-quick@*", "wireguard*", "strongswan*", "ipsec", "libreswan", "tailscaled",

        // guests
        "libvirtd", "libvirt-guests", "virtqemud", "virtlogd", "virtlockd", "virtproxyd", "virtnetworkd", "virtstoraged", "virtnodedevd",
        "virtinterfaced", "virtnwfilterd",
        "virtsecretd", "virtchd", "virtlxcd", "machine-*", "swtpm*", "ksm", "ksmtuned", "qemu-*", "libvirt-dbus", "virtiofsd*",

        // updates, logs, mail of the host itself, backups
        "unattended-upgrades", "apt-*", "dnf-*", "dnf5*", "packagekit-offline*", "rsyslog", "syslog-ng*", "auditd", "audit-rules", "laurel", "aide*",
        "wazuh-agent", "filebeat", "auditbeat", "vector",
        "promtail", "alloy", "fluent-bit", "td-agent*", "postfix", "postfix@*", "exim4", "nullmailer", "restic*", "borg*", "logrotate",
    ];

    /// <summary>Whether a unit is one of them.</summary>
    /// <param name="unit">Its name with its ending.</param>
    public static bool Has(string unit)
    {
        string name = unit.EndsWith(".service", StringComparison.Ordinal) ? unit[..^".service".Length] : unit;
        return Patterns.Any(pattern => Glob.Matches(pattern, name));
    }
}
