using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>ufw's own configuration: /etc/ufw/ufw.conf and /etc/default/ufw.</summary>
/// <param name="Enabled"><c>ENABLED=yes</c>: it loads its rules at boot.</param>
/// <param name="Ipv6"><c>IPV6=yes</c>: it filters IPv6 too.</param>
/// <param name="Input">The default policy for what comes in: <c>DROP</c>, <c>REJECT</c>, <c>ACCEPT</c>.</param>
/// <param name="Forward">For what passes through.</param>
/// <param name="Output">For what the host sends.</param>
public sealed record UfwConfig(bool Enabled, bool Ipv6, string Input, string Forward, string Output)
{
    /// <summary>Where whether it is enabled stands.</summary>
    public const string ConfPath = "/etc/ufw/ufw.conf";

    /// <summary>Where its defaults stand.</summary>
    public const string DefaultsPath = "/etc/default/ufw";

    /// <summary>Reads it; null: it is not installed, or could not be read.</summary>
    public static UfwConfig? Read(Snapshot snapshot)
    {
        if (snapshot.Config(ConfPath) is not string conf)
        {
            return null;
        }

        string defaults = snapshot.Config(DefaultsPath) ?? "";
        return new UfwConfig(
            Value(conf, "ENABLED").Equals("yes", StringComparison.OrdinalIgnoreCase),
            !Value(defaults, "IPV6").Equals("no", StringComparison.OrdinalIgnoreCase),
            Value(defaults, "DEFAULT_INPUT_POLICY").ToUpperInvariant(), Value(defaults, "DEFAULT_FORWARD_POLICY").ToUpperInvariant(),
            Value(defaults, "DEFAULT_OUTPUT_POLICY").ToUpperInvariant());
    }

    private static string Value(string text, string key) => text.Split('\n').Select(static line => line.Trim())
        .LastOrDefault(line => line.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..].Trim().Trim('"', '\'') ?? "";
}
