using Virtward.Core.Host;
using Virtward.Host.Tests.Support;
using Virtward.Linux.Nftables;
using Xunit;

namespace Virtward.Host.Tests.Enforcement;

public sealed class LibraryFirewallTests : FirewallContract, IDisposable
{
    private readonly NetworkNamespace _namespace = new();

    public LibraryFirewallTests()
    {
        if (_namespace.Run(LibNftables.TryOpen) is not LibNftables library)
        {
            _namespace.Dispose();
            Assert.Skip("libnftables is not installed");
            return;
        }

        Firewall = _namespace.Run(() => NftablesFirewall.Open(library)).Value;
    }

    protected override IFirewall Firewall { get; }

    public void Dispose()
    {
        Firewall.Dispose();
        _namespace.Dispose();
    }
}
