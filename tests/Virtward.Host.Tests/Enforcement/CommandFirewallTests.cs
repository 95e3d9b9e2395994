using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Host.Tests.Support;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Host.Tests.Enforcement;

public sealed class CommandFirewallTests : FirewallContract, IDisposable
{
    private readonly NetworkNamespace _namespace = new();

    public CommandFirewallTests() =>
        Firewall = _namespace.Run(() => NftablesFirewall.Open(new InsideRunner(_namespace, new NftCommand(new ProcessCommands())))).Value;

    protected override IFirewall Firewall { get; }

    public void Dispose()
    {
        Firewall.Dispose();
        _namespace.Dispose();
    }

    // The command's process takes over the network namespace of the thread that starts it.
    private sealed class InsideRunner(NetworkNamespace inside, NftCommand command) : INftRunner
    {
        public Result<Done> Run(string script) => inside.Run(() => command.Run(script));

        public void Dispose() => command.Dispose();
    }
}
