using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>
/// The demo's cables: the Internet is the namespace that the demo itself runs in; the host and the management network have one each,
/// and the host is wired to both. The Internet answers for whole subnets by "local" routes (AnyIP), so an attacker costs nothing.
/// </summary>
public sealed class DemoNetwork : IDisposable
{
    private DemoNetwork(NetworkNamespace host, NetworkNamespace management)
    {
        Host = host;
        Management = management;
    }

    /// <summary>Where sshd and the guard run.</summary>
    public NetworkNamespace Host { get; }

    /// <summary>Where the administrator sits.</summary>
    public NetworkNamespace Management { get; }

    /// <summary>Builds it with ip(8).</summary>
    public static async Task<Result<DemoNetwork>> BuildAsync(ScratchDirectory scratch, CancellationToken cancel)
    {
        string internet = string.Join('\n', Scenery.Internet.Select(prefix => $"route add local {prefix} dev lo"));
        (string Namespace, string Commands)[] batches =
        [
            ("", $"""
                netns add host
                netns add management
                link set lo up
                link add host0 type veth peer name internet0 netns host
                address add {Scenery.Gateway}/24 dev host0
                address add {Scenery.Gateway6}/64 dev host0 nodad
                link set host0 up
                {internet}
                """),
            ("host", $"""
                link set lo up
                address add {Scenery.Host}/24 dev internet0
                address add {Scenery.Host6}/64 dev internet0 nodad
                link set internet0 up
                route add default via {Scenery.Gateway}
                route add default via {Scenery.Gateway6}
                link add management0 type veth peer name host0 netns management
                address add {Scenery.HostInside}/24 dev management0
                link set management0 up
                """),
            ("management", $"""
                link set lo up
                address add {Scenery.Admin}/24 dev host0
                link set host0 up
                """),
        ];
        foreach ((string network, string commands) in batches)
        {
            string batch = scratch.Write($"network-{network}.batch", commands + "\n");
            ImmutableArray<string> where = network.Length == 0 ? [] : ["-netns", network];
            Result<ChildOutcome> ran = await ChildProcess.RunAsync(
                new ChildSpec(SystemTools.Find("ip")!, [.. where, "-batch", batch]), TimeSpan.FromSeconds(10), cancel);
            if (!ran.TryGet(out ChildOutcome? outcome, out Problem? problem))
            {
                return problem;
            }

            if (outcome.ExitCode != 0)
            {
                return new Problem($"cannot build the demo's network ({outcome.Error.ReplaceLineEndings("; ").Trim(' ', ';')})");
            }
        }

        // IPv6 has no AnyIP for bind(2): it must be allowed to bind to an address that no interface has (ip-sysctl, ip_nonlocal_bind).
        return KernelSetting.Write("net/ipv6/ip_nonlocal_bind", "1") is { IsOk: false } unset ? unset.Problem : Open();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Host.Dispose();
        Management.Dispose();
    }

    private static Result<DemoNetwork> Open() =>
        !NetworkNamespace.Open("host").TryGet(out NetworkNamespace? host, out Problem? noHost) ? noHost
        : !NetworkNamespace.Open("management").TryGet(out NetworkNamespace? management, out Problem? noManagement) ? noManagement
        : new DemoNetwork(host, management);
}
