using Virtward.Core.Net;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>The constants that one ruleset and its probes share, so that they meet.</summary>
internal sealed class Palette
{
    private static readonly string[] HostV4 = ["203.0.113.10", "192.168.122.1", "10.77.0.1", "192.168.1.100", "10.8.0.1"];
    private static readonly string[] HostV6 = ["2001:db8:1::10", "fd00:122::1", "fd00:77::1", "fd00:1::100", "fd00:8::1"];
    private static readonly string[] NearV4 =
    [
        "192.168.122.10", "192.168.122.11", "10.77.0.20", "10.77.0.21", "192.168.1.5", "192.168.1.77", "10.8.0.2", "10.8.0.9", "203.0.113.1", "203.0.113.77",
    ];

    private static readonly string[] NearV6 =
    [
        "fd00:122::10", "fd00:122::11", "fd00:77::20", "fd00:77::21", "fd00:1::5", "fd00:8::2", "2001:db8:1::1", "2001:db8:1::77",
    ];

    private static readonly string[] FarV4 = ["8.8.8.8", "8.8.4.4", "198.51.100.7", "198.51.100.200", "192.0.2.9", "100.64.3.4", "172.16.5.6", "1.1.1.1"];
    private static readonly string[] FarV6 = ["2001:db8:9::9", "2001:db8:ffff::1", "2606:4700::1111", "2001:db8:9:1::5", "fd12:3456::1"];
    private static readonly int[] AllPorts = [22, 23, 25, 53, 67, 68, 80, 123, 443, 546, 1024, 1194, 2049, 2222, 3389, 5353, 5900, 5901, 5910, 8080, 8443, 9000, 16509, 51820, 65535];

    private readonly Dice _dice;

    /// <summary>Throws them.</summary>
    /// <param name="dice">The dice.</param>
    /// <param name="ports">The ports that the rules speak of, where they are not made by the same dice.</param>
    public Palette(Dice dice, IReadOnlyList<int>? ports = null)
    {
        _dice = dice;
        SourcesV4 = [.. dice.Some([.. FarV4, .. NearV4], 4, 7).Select(Address.Parse)];
        SourcesV6 = [.. dice.Some([.. FarV6, .. NearV6], 3, 5).Select(Address.Parse)];
        TargetsV4 = [.. dice.Some(HostV4, 2, 3).Concat(dice.Some(NearV4, 2, 4)).Append(dice.Pick(FarV4)).Select(Address.Parse)];
        TargetsV6 = [.. dice.Some(HostV6, 2, 3).Concat(dice.Some(NearV6, 2, 3)).Append(dice.Pick(FarV6)).Select(Address.Parse)];
        Ports = ports ?? dice.Some(AllPorts, 5, 8);
        Marks = [1, 2, 0x10, 0x2a, 0xff00, 0x80000000];
    }

    public IReadOnlyList<Address> SourcesV4 { get; }

    public IReadOnlyList<Address> SourcesV6 { get; }

    public IReadOnlyList<Address> TargetsV4 { get; }

    public IReadOnlyList<Address> TargetsV6 { get; }

    public IReadOnlyList<int> Ports { get; }

    public IReadOnlyList<uint> Marks { get; }

    /// <summary>Addresses of neighbours, to which a translation can lead.</summary>
    public string NatTarget(bool v6) => _dice.Percent(85) ? _dice.Pick(v6 ? NearV6[..6] : NearV4[..8]) : _dice.Pick(v6 ? HostV6 : HostV4);

    /// <summary>Addresses of the host.</summary>
    public string Own(bool v6) => _dice.Pick(v6 ? HostV6 : HostV4);

    /// <summary>A source that rules may name.</summary>
    public Address Source(bool v6) => _dice.Pick(v6 ? SourcesV6 : SourcesV4);

    /// <summary>A destination that rules may name.</summary>
    public Address Target(bool v6) => _dice.Pick(v6 ? TargetsV6 : TargetsV4);

    /// <summary>A port.</summary>
    public int Port() => _dice.Pick(Ports);

    /// <summary>A mark.</summary>
    public uint Mark() => _dice.Pick(Marks);

    /// <summary>Any port at all, often one at a border.</summary>
    public int AnyPort() => _dice.Percent(75) ? Port() : _dice.Percent(60) ? Math.Clamp(Port() + _dice.Pick(-1, 1, 5, 10), 1, 65535) : _dice.Between(1, 65535);

    /// <summary>An address that rules name, or one beside it.</summary>
    public Address Beside(Address address)
    {
        if (_dice.Percent(80))
        {
            return address;
        }

        int bit = _dice.Weighted((6, _dice.Below(2)), (3, _dice.Below(8)), (1, address.IsV4 ? _dice.Below(28) : _dice.Between(65, 110)));
        // The first byte stays: no group comes of it.
        return Address.FromValue(address.Value ^ (UInt128.One << Math.Min(bit, address.IsV4 ? 23 : 110)));
    }
}
