using Virtward.Core.Host;
using Virtward.Tests.Guard.Enforcement;

namespace Virtward.Host.Tests.Enforcement;

public sealed class MemoryFirewallTests : FirewallContract, IDisposable
{
    protected override IFirewall Firewall { get; } = new MemoryFirewall(TimeProvider.System);

    public void Dispose() => Firewall.Dispose();
}
