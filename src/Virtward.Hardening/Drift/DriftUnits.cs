using Virtward.Core.Policy;

namespace Virtward.Hardening.Drift;

/// <summary>The units of systemd that look for drift: a service that makes a plan and changes nothing, and the timer that starts it.</summary>
public static class DriftUnits
{
    /// <summary>The timer's name.</summary>
    public const string Timer = "virtward-drift.timer";

    /// <summary>The service's file.</summary>
    public const string ServicePath = "/etc/systemd/system/virtward-drift.service";

    /// <summary>The timer's file.</summary>
    public const string TimerPath = $"/etc/systemd/system/{Timer}";

    /// <summary>
    /// The service. It sees the host as it is and may write into the state folder only. Reading it takes root's rights to read (keys, other processes) and CAP_NET_ADMIN, without
    /// which the kernel shows no rules. It has the host's network, for that is what it reads, and may send no packet: netlink and unix sockets only, and those of IP that
    /// iptables-legacy-save asks the kernel through. CAP_SYS_ADMIN is not given, so that net.core.bpf_jit_harden, which the kernel shows to it alone
    /// (proc_dointvec_minmax_bpf_restricted in net/core/sysctl_net_core.c), counts as unknown here.
    /// </summary>
    public const string Service = """
        # Written by Virtward, from "drift:" in /etc/virtward/policy.yaml: virtward plan, virtward apply.
        [Unit]
        Description=Virtward: looks whether this host is what its policy says
        Documentation=man:virtward(8)
        ConditionFileIsExecutable=/usr/bin/virtward
        ConditionPathExists=/etc/virtward/policy.yaml

        [Service]
        Type=oneshot
        ExecStart=/usr/bin/virtward plan --drift
        TimeoutStartSec=10min
        Nice=10
        IOSchedulingClass=idle
        UMask=0077
        StateDirectory=virtward
        StateDirectoryMode=0700

        CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_NET_ADMIN CAP_SYS_PTRACE CAP_AUDIT_CONTROL CAP_AUDIT_READ CAP_SYSLOG
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=read-only
        PrivateTmp=yes
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectControlGroups=yes
        ProtectClock=yes
        ProtectHostname=yes
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        RemoveIPC=yes
        KeyringMode=private
        DevicePolicy=closed
        IPAddressDeny=any
        RestrictAddressFamilies=AF_NETLINK AF_UNIX AF_INET AF_INET6
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@mount @module @reboot @swap @raw-io @obsolete @cpu-emulation @clock
        SystemCallErrorNumber=EPERM

        """;

    /// <summary>The timer. What was missed while the host was off is made up for; hosts of one image do not all look at once.</summary>
    public static string TimerText(DriftRhythm every) => $"""
        # Written by Virtward, from "drift:" in /etc/virtward/policy.yaml: virtward plan, virtward apply.
        [Unit]
        Description=Virtward: looks for drift {Word(every)}
        Documentation=man:virtward(8)

        [Timer]
        OnCalendar={Word(every)}
        RandomizedDelaySec={(every == DriftRhythm.Hourly ? "5min" : "1h")}
        Persistent=yes

        [Install]
        WantedBy=timers.target

        """;

    // systemd.time(7) knows these words.
    private static string Word(DriftRhythm every) => every switch { DriftRhythm.Hourly => "hourly", DriftRhythm.Weekly => "weekly", _ => "daily" };
}
