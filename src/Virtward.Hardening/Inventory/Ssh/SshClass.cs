using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>A class of connections that a Match block is for, with one of them to ask sshd about.</summary>
/// <param name="Match">The block.</param>
/// <param name="Number">Its number in the configuration, from 1.</param>
/// <param name="Connection">A connection that it applies to; null: none could be made up.</param>
public sealed record SshClass(SshdMatch Match, int Number, SshConnection? Connection)
{
    /// <summary>The classes of a configuration, <see cref="SshSources.MaxClasses"/> at most. The same each time for the same files.</summary>
    public static ImmutableArray<SshClass> Of(SshdConfig config, SshUsers users) =>
        [.. config.Matches.Take(SshSources.MaxClasses).Select((match, index) => new SshClass(match, index + 1, Example(match, users)))];

    /// <summary>
    /// A connection that no block of a configuration is for, or as few as can be: what <c>Match all</c> says holds for everybody.
    /// sshd asks for one as soon as it meets a block: "sshd -T" alone then fails.
    /// </summary>
    public static SshConnection Ordinary(SshdConfig config) => Strangers
        .OrderBy(connection => config.Matches.Take(SshSources.MaxClasses).Count(match => match.Matches(connection))).First();

    // Names that nobody has, addresses that are for documents.
    private static readonly ImmutableArray<SshConnection> Strangers =
    [
        .. new[] { "virtward-nobody", "zz-nobody", "nobody" }.SelectMany(static user => new[] { "203.0.113.77", "2001:db8::77", "192.168.77.77", "10.77.77.77" }
            .SelectMany(address => new[] { 22, 2222 }.Select(port => new SshConnection(user, "client.invalid", address) { LocalAddress = address.Contains(':', StringComparison.Ordinal) ? "::1" : "127.0.0.1", LocalPort = port }))),
    ];

    private static SshConnection? Example(SshdMatch match, SshUsers users)
    {
        (string Name, string Patterns)[] criteria = [.. match.AllCriteria.Take(64)];
        IEnumerable<string> Patterns(string name) => criteria.Where(one => one.Name == name).SelectMany(static one => SshPatterns.Positive(one.Patterns)).Take(64);
        string? Pick(IEnumerable<string> candidates, string name) =>
            candidates.FirstOrDefault(candidate => criteria.Where(one => one.Name == name).All(one => new SshConnection(candidate, candidate, candidate) { LocalAddress = candidate, RoutingDomain = candidate }.Meets(name, one.Patterns)));

        IEnumerable<string> ordinary = users.All.Where(static user => user.HasShell && user.Uid >= 1000).Concat(users.All.Where(static user => user.HasShell)).Concat(users.All)
            .Select(static user => user.Name).Take(5000);
        string? who = Patterns("user").Select(SshPatterns.Example).Concat(ordinary).Append("nobody")
            .FirstOrDefault(name => criteria.Where(static one => one.Name is "user" or "group")
                .All(one => new SshConnection(name, "", "") { Groups = users.GroupsOf(name) }.Meets(one.Name, one.Patterns)));
        string? address = Pick(Patterns("address").Select(Within).Where(IsAddress).Append("203.0.113.77").Append("192.168.77.77").Append("2001:db8::77"), "address");
        string? host = Pick(Patterns("host").Select(SshPatterns.Example).Append("client.example"), "host");
        string? local = Pick(Patterns("localaddress").Select(Within).Where(IsAddress).Append("127.0.0.1").Append("192.0.2.1"), "localaddress");
        string? domain = Pick(Patterns("rdomain").Select(SshPatterns.Example).Append(""), "rdomain");
        if (who is null || address is null || host is null || local is null || domain is null)
        {
            return null;
        }

        int port = Patterns("localport").Select(static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 22).FirstOrDefault(22);
        var connection = new SshConnection(who, host, address) { Groups = users.GroupsOf(who), LocalAddress = local, LocalPort = port, RoutingDomain = domain };
        return match.Matches(connection) && connection.IsPlain ? connection : null;
    }

    private static bool IsAddress(string text) => Address.TryParse(text, out _);

    private static string Within(string pattern)
    {
        if (!Prefix.TryParseLenient(pattern, out Prefix network, out _))
        {
            return SshPatterns.Example(pattern);
        }

        return network.IsSingle ? network.First.ToString() : Address.FromValue(network.First.Value + 1).ToString();
    }
}
