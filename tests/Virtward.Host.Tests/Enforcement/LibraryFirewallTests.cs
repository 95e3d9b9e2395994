using Virtward.Core.Host;
using Virtward.Core.Net;
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

    // The kernel is not listened to while so many are written: that somebody may have changed something meanwhile must be told.
    [Fact]
    public async Task A_great_many_elements_at_once_count_as_a_change()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Firewall.Apply("add table inet virtward\nadd set inet virtward ban4_32 { type ipv4_addr; flags timeout; }\n");
        while (await Firewall.WaitForChangeAsync(TimeSpan.FromMilliseconds(300), cancel))
        {
        }

        List<ElementChange> many =
        [
            .. Enumerable.Range(0, 20_000).Select(
                number => new ElementChange("ban4_32", Address.FromV4(0xC6120000u + (uint)number), ElementAction.Put, TimeSpan.FromMinutes(1))),
        ];
        Assert.True(Firewall.ApplyElements("virtward", many).IsOk);
        Assert.True(await Firewall.WaitForChangeAsync(TimeSpan.FromSeconds(20), cancel));
    }

    public void Dispose()
    {
        Firewall.Dispose();
        _namespace.Dispose();
    }
}
