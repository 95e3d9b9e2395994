using System.Collections.Immutable;
using Virtward.Core.Host;

namespace Virtward.Hardening.Checks.Accounts;

/// <summary>
/// The programs that Debian, Ubuntu and the RHEL family ship with the setuid or setgid bit, by their paths. Only a path counts, never a name:
/// <c>/usr/local/bin/su</c> is none of them.
/// </summary>
public static class KnownSetId
{
    private static readonly ImmutableHashSet<string> Bin =
    [
        "su", "sudo", "sudoedit", "sudo-rs", "su-rs", "passwd", "chfn", "chsh", "gpasswd", "newgrp", "sg", "mount", "umount", "fusermount",
        "fusermount3", "pkexec", "expiry", "chage", "crontab", "at", "ssh-agent",
        "wall", "write", "write.ul", "bsd-write", "dotlockfile", "mlocate", "plocate", "locate", "slocate", "ntfs-3g", "newuidmap", "newgidmap",
        "doas", "screen", "ping", "ping6", "traceroute6.iputils",
        "staprun", "ksu", "bwrap", "nvidia-modprobe", "lxc-user-nic", "mtr-packet", "lockfile", "cgclassify", "cgexec", "lppasswd", "dumpcap",
        "arping", "vmware-user-suid-wrapper", "lbdb_dotlock",
        "mutt_dotlock", "procmail", "chkey", "kpasswd", "rcp", "rlogin", "rsh", "sendmail", "run-parts-setuid",
    ];

    private static readonly ImmutableHashSet<string> Sbin =
    [
        "unix_chkpwd", "unix_update", "pam_timestamp_check", "pam_extrausers_chkpwd", "pppd", "exim4", "exim", "postdrop", "postqueue",
        "sendmail.postfix", "sendmail.sendmail", "sendmail", "mount.nfs", "mount.nfs4",
        "mount.cifs", "mount.ecryptfs_private", "usernetctl", "userhelper", "grub2-set-bootflag", "netreport", "lockdev", "suexec", "mtr-packet",
        "cgclassify", "seunshare", "pwdb_chkpwd", "ccreds_chkpwd", "mount.davfs",
        "vmware-authd",
    ];

    private static readonly ImmutableArray<string> Libraries =
    [
        "/usr/lib/openssh/ssh-keysign", "/usr/libexec/openssh/ssh-keysign", "/usr/lib/dbus-1.0/dbus-daemon-launch-helper",
        "/usr/libexec/dbus-1/dbus-daemon-launch-helper",
        "/usr/lib64/dbus-1/dbus-daemon-launch-helper", "/usr/lib/polkit-1/polkit-agent-helper-1", "/usr/lib/policykit-1/polkit-agent-helper-1",
        "/usr/libexec/polkit-agent-helper-1",
        "/usr/libexec/polkit-1/polkit-agent-helper-1", "/usr/lib/*/utempter/utempter", "/usr/libexec/utempter/utempter",
        "/usr/lib/utempter/utempter", "/usr/lib/qemu/qemu-bridge-helper",
        "/usr/libexec/qemu-bridge-helper", "/usr/libexec/spice-gtk-*/spice-client-glib-usb-acl-helper",
        "/usr/lib/spice-gtk/spice-client-glib-usb-acl-helper", "/usr/libexec/spice-client-glib-usb-acl-helper",
        "/usr/lib/*/spice-gtk/spice-client-glib-usb-acl-helper", "/usr/libexec/sssd/*_child", "/usr/libexec/sssd/sssd_pam",
        "/usr/lib/cockpit/cockpit-session", "/usr/libexec/cockpit-session",
        "/usr/lib/snapd/snap-confine", "/usr/lib/eject/dmcrypt-get-device", "/usr/lib/xorg/Xorg.wrap", "/usr/libexec/Xorg.wrap",
        "/usr/lib/mc/cons.saver", "/usr/libexec/mc/cons.saver",
        "/usr/lib/*/lxc/lxc-user-nic", "/usr/libexec/lxc/lxc-user-nic", "/usr/libexec/pt_chown", "/usr/lib/chromium/chrome-sandbox",
        "/usr/lib/*/libgtop-*/libgtop_server2", "/usr/libexec/utempter",
        "/usr/libexec/abrt-action-install-debuginfo-to-abrt-cache", "/usr/lib/virtualbox/*", "/usr/libexec/ksysguard/*",
        "/usr/lib/*/gstreamer1.0/gstreamer-1.0/gst-ptp-helper", "/usr/libexec/gstreamer-1.0/gst-ptp-helper",
        "/usr/lib/postfix/sbin/postdrop", "/usr/lib/landscape/apt-update", "/usr/lib/openssh/ssh-keysign.real", "/usr/libexec/libvirt_parthelper",
    ];

    /// <summary>Whether a program is one of them.</summary>
    public static bool Has(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts switch
        {
            ["usr", "bin", string name] => Bin.Contains(name),
            ["usr", "sbin", string name] => Sbin.Contains(name) || Bin.Contains(name),
            _ => Libraries.Any(known => Matches(known.Split('/', StringSplitOptions.RemoveEmptyEntries), parts)),
        };
    }

    private static bool Matches(string[] pattern, string[] parts)
    {
        if (pattern.Length != parts.Length)
        {
            return false;
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (!Glob.Matches(pattern[i], parts[i]))
            {
                return false;
            }
        }

        return true;
    }
}
