using System.Collections.Immutable;
using System.Globalization;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>A connection as sshd is asked about it: <c>sshd -T -C user=…</c>.</summary>
/// <param name="User">Who logs in.</param>
/// <param name="Host">The name that the client's address has.</param>
/// <param name="Address">The client's address.</param>
public sealed record SshConnection(string User, string Host, string Address)
{
    /// <summary>The groups that the user is in.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];

    /// <summary>The address that it comes in at.</summary>
    public string LocalAddress { get; init; } = "127.0.0.1";

    /// <summary>The port that it comes in at.</summary>
    public int LocalPort { get; init; } = 22;

    /// <summary>The routing domain (VRF) that it comes in by; empty: none.</summary>
    public string RoutingDomain { get; init; } = "";

    /// <summary>Whether it meets a criterion of a Match line. One that cannot be tried is not met.</summary>
    public bool Meets(string name, string patterns) => name switch
    {
        "all" => true,
        "user" => SshPatterns.InList(patterns, User),
        "group" => SshPatterns.AnyInList(patterns, Groups),
        "host" => SshPatterns.InList(patterns.ToLowerInvariant(), Host.ToLowerInvariant()),
        "address" => SshPatterns.AddressInList(patterns, Address),
        "localaddress" => SshPatterns.AddressInList(patterns, LocalAddress),
        "localport" => int.TryParse(patterns, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port == LocalPort,
        "rdomain" => RoutingDomain.Length > 0 && SshPatterns.InList(patterns, RoutingDomain),
        _ => false,
    };

    /// <summary>As <c>-C</c> takes it.</summary>
    public string ToText()
    {
        string domain = RoutingDomain.Length > 0 ? $",rdomain={RoutingDomain}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"user={User},host={Host},addr={Address},laddr={LocalAddress},lport={LocalPort}{domain}");
    }

    /// <summary>Whether sshd can be told of it: what it is told is split at commas.</summary>
    public bool IsPlain => new[] { User, Host, Address, LocalAddress, RoutingDomain }.All(static text => text.All(static c => c is > ' ' and < (char)127 and not ',' and not '='))
        && User.Length > 0 && Core.Net.Address.TryParse(Address, out _) && Core.Net.Address.TryParse(LocalAddress, out _);
}
