using Virtward.Core.Policy.Reading;

namespace Virtward.Core.Policy;

/// <summary>The policy that is in force where there is no policy file, and a start for writing one.</summary>
public static class DefaultPolicy
{
    /// <summary>What <see cref="HostPolicy.Origin"/> says of it.</summary>
    public const string Origin = "built-in";

    /// <summary>Its text: read by the same reader as an admin's own.</summary>
    public const string Text =
        """
        # What this host should be. Virtward reads it from /etc/virtward/policy.yaml.
        # A mistake anywhere in it is told with its line, and then none of it is taken over.
        # Times are 90 (seconds), 10m, 1h 30m, 2d, 1w. Names are never resolved: write addresses.
        version: 1

        # Where packets come from, by interface and source network. Addresses of management and vpn are never
        # banned: put the networks here that you log in from.
        zones:
        #  management: { interfaces: [eth1], sources: [192.168.1.0/24] }
        #  vpn: { interfaces: [wg0], sources: [10.8.0.0/24] }

        # What may be reached, and from where. virtward exposure marks everything else that is.
        services:
        #  https: { from: [internet] }
        #  ssh: { from: [management, vpn], rate: 6/minute }
        #  printer: { ports: [9100/tcp], to: management, from: [guests] }

        guard:
          # Never banned, besides what the host itself says: its own addresses, gateways and resolvers, the zones
          # above, and whoever is logged in by SSH right now.
          never-ban: []
          #  - 192.0.2.10
          #  - 2001:db8:1::/48

          # For every jail that does not say otherwise.
          defaults:
            findtime: 10m       # failures of this long back count
            maxretry: 5         # the ban falls with this many
            bantime: 1h         # every ban ends
            increment:          # the next ban of the same address lasts factor times longer, up to the cap
              factor: 2
              cap: 4w
              jitter: 0.1       # plus up to a tenth at random, so that a botnet is not freed all at once
            # mode: simulate    # tells what would be banned, and bans nothing: good for the first days
            # ports: [ssh]      # a ban closes these only; without this line it closes all ports

          jails:
            # Failed logins by SSH. "sshd[mode=aggressive]" also counts whoever connects and never tries to log in.
            sshd:
              filter: sshd
              maxretry: 3
            # Who is banned again and again is kept out for long.
            recidive:
              filter: recidive
              findtime: 1d
              maxretry: 3
              bantime: 1w
            # A jail for another service is named after its filter: apache, cockpit, dovecot, nginx, openvpn, pam, postfix ...
            #  cockpit: { bantime: 2h }
            #  portscan: { maxretry: 10 }

          # Several attackers of one subnet: the subnet is banned as one. Never-ban addresses inside are spared.
          prefix-bans:
            threshold: 3        # so many attackers (IPv4 addresses, IPv6 /64s) in a prefix of the first level
            count: banned       # an attacker counts once it is banned; "seen": once it has failed at all
            window: 1h
            bantime: 1d
            v4: { levels: { 24: 3, 20: 24, 16: 96 }, largest: 16 }   # prefix length: attackers that it takes
            v6: { levels: { 56: 3, 48: 9 }, largest: 48 }

          # Many addresses that fail once or twice each: as long as it lasts, the first failure of a stranger is a
          # ban. Addresses that have logged in before are spared.
          siege:
            window: 10m
            min-sources: 30     # no siege below so many addresses in the window
            factor: 4           # or below so many times what is normal here
            account-sources: 20 # so many addresses against one account are one, too
            maxretry: 1

        """;

    /// <summary>Reads it.</summary>
    public static HostPolicy Read() =>
        PolicyReader.Read(Text, Origin).Policy ?? throw new InvalidOperationException("the built-in policy has a mistake");
}
