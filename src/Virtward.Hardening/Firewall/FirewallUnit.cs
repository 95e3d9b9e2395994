namespace Virtward.Hardening.Firewall;

/// <summary>What loads the firewall at boot, without the daemon: a file of rules, and a unit of systemd.</summary>
public static class FirewallUnit
{
    /// <summary>The unit's name.</summary>
    public const string Name = "virtward-firewall.service";

    /// <summary>The unit's file.</summary>
    public const string Path = "/etc/systemd/system/virtward-firewall.service";

    /// <summary>The rules' file: there from the moment on that they are to last.</summary>
    public const string RulesPath = "/etc/virtward/firewall.nft";

    /// <summary>
    /// The unit. Before the network, as systemd.special(7) says of network-pre.target; without the default dependencies, as it runs before basic.target, which sockets and
    /// timers wait for; after nftables.service, whose file usually begins with <c>flush ruleset</c>. Stopping it leaves the rules in force.
    /// </summary>
    public const string Text = """
        # Written by Virtward. The rules are made from /etc/virtward/policy.yaml: virtward plan, virtward apply.
        [Unit]
        Description=Virtward: this host's firewall
        Documentation=man:virtward(8) man:nft(8)
        DefaultDependencies=no
        Wants=network-pre.target
        Before=network-pre.target shutdown.target
        After=local-fs.target systemd-modules-load.service nftables.service
        Conflicts=shutdown.target
        ConditionPathExists=/etc/virtward/firewall.nft

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/usr/sbin/nft -f /etc/virtward/firewall.nft
        ExecReload=/usr/sbin/nft -f /etc/virtward/firewall.nft
        StandardInput=null
        ProtectSystem=full
        ProtectHome=yes

        [Install]
        WantedBy=sysinit.target

        """;
}
