using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Guard.Bans;

namespace Virtward.Tests.Guard.Jails;

/// <summary>Everything that can happen to an engine, at random, in a small world where things meet often.</summary>
public sealed class RandomGuard(int seed)
{
    private readonly Random _random = new(seed);
    private double _clock;

    /// <summary>Jails of every kind, prefix levels that fill quickly.</summary>
    public static GuardPolicy Policy { get; } = new()
    {
        Jails =
        [
            GuardBench.Jail("sshd") with { MaxRetry = 2, Increment = new IncrementPolicy() },
            GuardBench.Jail("trial") with { Mode = JailMode.Simulate },
            GuardBench.Jail("again", "recidive") with { FindTime = TimeSpan.FromDays(1), BanTime = TimeSpan.FromDays(7) },
            GuardBench.Jail("web") with { NeverBan = [Prefix.Parse("203.0.113.128/26")], Ports = [new PortScope(Transport.Tcp, 80, 80)], BanTime = TimeSpan.FromDays(2) },
            GuardBench.Jail("alone") with { Prefixes = false, BanTime = TimeSpan.FromSeconds(90) },
        ],
        Prefixes = new PrefixBanPolicy
        {
            BanTime = TimeSpan.FromHours(3),
            V4 = [new(28, 3), new(26, 8), new(24, 20)],
            V6 = [new(60, 3), new(56, 8)],
        },
        Siege = new SiegePolicy { Enabled = false },
        MaxTracked = 200,
    };

    public static GuardPolicy PolicyWithSieges { get; } = Policy with { Siege = new SiegePolicy { MinSources = 8, AccountSources = 6 } };

    /// <summary>The list that the engine under test was last given.</summary>
    public NeverBan NeverBan { get; private set; } = NeverBan.Minimal;

    /// <summary>One thing that happens, told as a call, so that the same can happen to two engines.</summary>
    public Action<GuardBench> Next()
    {
        _clock += _random.Next(40) switch
        {
            0 => _random.Next(100_000),
            1 => _random.Next(3000),
            2 => -_random.Next(100),
            3 when _random.Next(20) == 0 => -_random.Next(20_000),
            _ => _random.NextDouble() * 5,
        };
        double at = _clock;
        int jail = _random.Next(2) == 0 ? 0 : _random.Next(5) switch { 2 => 0, var other => other };
        Address address = RandomAddress();
        int attempts = _random.Next(4);
        int what = _random.Next(100);
        if (what < 80)
        {
            string user = "user" + _random.Next(3);
            return bench => bench.Fail(address, at, attempts, jail, user);
        }

        if (what < 86)
        {
            return bench => bench.Succeed(address.ToString(), at, jail);
        }

        if (what < 90)
        {
            var target = new Prefix(address, address.Bits - _random.Next(9));
            var term = TimeSpan.FromSeconds(_random.NextInt64(long.MaxValue / TimeSpan.TicksPerSecond) >> _random.Next(60));
            bool force = _random.Next(4) == 0;
            BanOrigin origin = _random.Next(2) == 0 ? BanOrigin.Manual : BanOrigin.Import;
            return bench =>
            {
                bench.At(at);
                bench.Engine.BanByHand(target, term, "by hand", force, origin, bench.Events);
            };
        }

        if (what < 96)
        {
            int lengthOff = _random.Next(9);
            bool inside = _random.Next(2) == 0;
            int pick = _random.Next(1000);
            return bench =>
            {
                bench.At(at);
                Ban[] all = [.. bench.Engine.Bans.All];
                Prefix target = all.Length > 0 && pick % 2 == 0 ? all[pick % all.Length].Target : new Prefix(address, address.Bits - lengthOff);
                bench.Engine.UnbanByHand(target, inside, bench.Events);
            };
        }

        if (what < 98)
        {
            NeverBanEntry[] entries = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => RandomEntry())];
            return bench =>
            {
                bench.At(at);
                NeverBan = new NeverBan(entries, Policy.Jails);
                bench.Engine.Replace(NeverBan, bench.Events);
            };
        }

        return bench => bench.At(at);
    }

    private NeverBanEntry RandomEntry()
    {
        Address address = RandomAddress();
        return new NeverBanEntry(new Prefix(address, address.Bits - _random.Next(10)), "random");
    }

    private Address RandomAddress() => _random.Next(20) switch
    {
        0 => Address.Parse("127.0.0.1"),
        1 => Address.Parse("fe80::1"),
        < 6 => new Address(0x2001_0db8_0000_0000 + (ulong)_random.Next(40), (ulong)_random.Next(3)),
        _ => Address.FromV4(0xcb007100 + (uint)(_random.NextDouble() * _random.NextDouble() * 256)),
    };
}
