namespace Virtward.Linux.Changing;

/// <summary>The units that take back at the next start of the machine what nobody confirmed; there only while a transaction is pending.</summary>
internal static class RevertUnits
{
    /// <summary>Before the network and everything that a plan changes: files and units.</summary>
    public const string Early = "virtward-revert.service";

    /// <summary>After the services that some settings are restored through (libvirt, firewalld).</summary>
    public const string Late = "virtward-revert-rest.service";

    /// <summary>Where both lie.</summary>
    public const string Folder = "/etc/systemd/system/";

    /// <summary>The text of the early one.</summary>
    public static string EarlyText(string program, string state) => $"""
        # Written by virtward apply, removed by virtward confirm and rollback.
        [Unit]
        Description=Virtward: takes back what nobody confirmed before the restart
        DefaultDependencies=no
        After=local-fs.target
        Before=network-pre.target systemd-sysctl.service nftables.service firewalld.service ufw.service ssh.service sshd.service ssh.socket virtward.service virtward-firewall.service
        RequiresMountsFor={state} {program}

        [Service]
        Type=oneshot
        ExecStart={program} rollback --unconfirmed --at-boot --state {state}

        [Install]
        WantedBy=sysinit.target

        """;

    /// <summary>The text of the late one.</summary>
    public static string LateText(string program, string state) => $"""
        # Written by virtward apply, removed by virtward confirm and rollback.
        [Unit]
        Description=Virtward: takes back the rest of what nobody confirmed before the restart
        After=multi-user.target libvirtd.service virtnetworkd.service firewalld.service

        [Service]
        Type=oneshot
        ExecStart={program} rollback --unconfirmed --state {state}

        [Install]
        WantedBy=multi-user.target

        """;
}
