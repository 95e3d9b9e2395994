namespace Virtward.Demo;

/// <summary>The policy of the throwaway host: an ordinary one, but for limits that fit an attack of half a minute.</summary>
public static class DemoPolicy
{
    /// <summary>The text of its <c>policy.yaml</c>.</summary>
    public const string Text =
        """
        version: 1
        zones:
          management: { interfaces: [management0], sources: [192.168.1.0/24] }
        guard:
          jails:
            sshd:
              filter: sshd
              findtime: 10m
              maxretry: 3
              bantime: 1h
          prefix-bans:
            threshold: 3
            count: banned
            window: 1h
            bantime: 1d
            v4: { levels: { 24: 3, 20: 24, 16: 96 }, largest: 16 }
            v6: { levels: { 56: 3, 48: 9 }, largest: 48 }
          # The first acts are loud; what follows them shall be noticed by its breadth alone.
          siege:
            window: 10m
            min-sources: 150
            account-sources: 150
            factor: 4
            maxretry: 1

        """;

    /// <summary>The jail's limit: with this many failures an address is banned.</summary>
    public const int MaxRetry = 3;
}
