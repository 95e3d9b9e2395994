using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Firewall.Firewalld;

/// <summary>A zone or a policy of firewalld: what it lets in, and whom it is for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPolicy">A policy, between zones; else a zone.</param>
public sealed record FirewalldZone(string Name, bool IsPolicy)
{
    /// <summary>The file that it was read from; empty: from the running daemon.</summary>
    public string Path { get; init; } = "";

    /// <summary>What becomes of the rest: <c>default</c>, <c>ACCEPT</c>, <c>DROP</c>, <c>REJECT</c>, <c>CONTINUE</c>.</summary>
    public string Target { get; init; } = "default";

    /// <summary>The interfaces that are put in it by name.</summary>
    public ImmutableArray<string> Interfaces { get; init; } = [];

    /// <summary>The sources that are put in it: networks, hardware addresses, <c>ipset:NAME</c>.</summary>
    public ImmutableArray<string> Sources { get; init; } = [];

    /// <summary>The services that it lets in.</summary>
    public ImmutableArray<string> Services { get; init; } = [];

    /// <summary>The ports that it lets in, <c>8080/tcp</c>.</summary>
    public ImmutableArray<string> Ports { get; init; } = [];

    /// <summary>The source ports from which it lets everything in.</summary>
    public ImmutableArray<string> SourcePorts { get; init; } = [];

    /// <summary>The protocols that it lets in.</summary>
    public ImmutableArray<string> Protocols { get; init; } = [];

    /// <summary>The ports that it forwards, as written.</summary>
    public ImmutableArray<string> ForwardPorts { get; init; } = [];

    /// <summary>Its rich rules.</summary>
    public ImmutableArray<FirewalldRule> Rules { get; init; } = [];

    /// <summary>Whether packets pass between its own interfaces.</summary>
    public bool Forward { get; init; }

    /// <summary>Whether sources are translated on the way out.</summary>
    public bool Masquerade { get; init; }

    /// <summary>Of a policy: the zones that packets come from.</summary>
    public ImmutableArray<string> Ingress { get; init; } = [];

    /// <summary>Of a policy: the zones that they go to.</summary>
    public ImmutableArray<string> Egress { get; init; } = [];

    /// <summary>Whether it lets a service or port in: <c>ssh</c>, <c>22/tcp</c>; ranges are looked into.</summary>
    public bool Opens(string service, int port, string protocol) => Services.Contains(service) || Ports.Any(text => Covers(text, port, protocol));

    /// <summary>Whether <c>5900-5910/tcp</c> has a port in it.</summary>
    public static bool Covers(string text, int port, string protocol)
    {
        string[] parts = text.Split('/');
        string[] ends = parts[0].Split('-');
        return parts.Length == 2 && parts[1] == protocol && int.TryParse(ends[0], out int first) && int.TryParse(ends[^1], out int last) && first <= port && port <= last;
    }

    /// <summary>The option of firewall-cmd that names it: <c>--zone=public</c>, <c>--policy=NAME</c>.</summary>
    public string Option => $"--{(IsPolicy ? "policy" : "zone")}={Name}";

    /// <summary>In words: <c>zone public</c>, <c>policy NAME</c>.</summary>
    public string Words => $"{(IsPolicy ? "policy" : "zone")} {Name}";
}
