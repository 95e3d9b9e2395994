using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Jails;
using Virtward.Guard.Sightings;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

/// <summary>The jail against a model that keeps every attempt in a list and scans it.</summary>
public sealed class JailModelTests
{
    [Theory]
    [InlineData(1, 3, 600, 3600)]
    [InlineData(2, 1, 600, 100)]
    [InlineData(3, 7, 60, 30)]
    [InlineData(4, 20, 3600, 600)]
    [InlineData(5, 5, 600, 60)]
    public void Agrees_with_lists_over_random_sightings(int seed, int maxRetry, int findTime, int banTime)
    {
        var policy = GuardBench.OneJail with
        {
            Jails =
            [
                GuardBench.Jail("sshd") with
                {
                    MaxRetry = maxRetry,
                    FindTime = TimeSpan.FromSeconds(findTime),
                    BanTime = TimeSpan.FromSeconds(banTime),
                },
            ],
        };
        var random = new Random(seed);
        var engine = new GuardEngine(policy, NeverBan.Minimal, 1);
        var model = new Model(maxRetry, findTime * 1_000_000L, banTime * 1_000_000L);
        var events = new List<GuardEvent>();
        long clock = GuardBench.Start * 1_000_000;
        int bans = 0;
        for (int step = 0; step < 15_000; step++)
        {
            // About as many failures per window and address as the limit; now and then a pause, and a clock that stutters.
            clock += random.Next(50) == 0 ? random.NextInt64(findTime * 1_000_000L) : random.NextInt64(findTime * 250_000L / maxRetry);
            long told = clock - (random.Next(10) == 0 ? random.NextInt64(100_000_000) : 0);
            engine.Advance(new UnixTime(told), events);
            model.Advance(told);

            Address address = Address.FromV4(0x0a000000 + (uint)random.Next(8));
            long time = clock + random.Next(8) switch
            {
                0 => -random.NextInt64(findTime * 1_500_000L),
                1 => random.NextInt64(findTime * 1_500_000L),
                _ => 0,
            };
            int attempts = random.Next(4) == 0 ? random.Next(5) : 1;
            var kind = (SightingKind)(random.Next(12) switch { 0 => 1, 1 => 2, _ => 0 });
            engine.Observe(0, new Sighting { Address = address, Time = new UnixTime(time), Kind = kind, Attempts = attempts, Rule = "r" }, events);
            if (kind == SightingKind.Failure)
            {
                model.Fail(address, time, attempts);
            }
            else if (kind == SightingKind.Success)
            {
                model.Succeed(address, time);
            }

            Assert.Equal(model.Told, events.Select(Text));
            bans += events.OfType<GuardEvent.Banned>().Count();
            events.Clear();
            model.Told.Clear();
        }

        Assert.InRange(bans, 100, 40_000);
    }

    private static string Text(GuardEvent e) => e switch
    {
        GuardEvent.Banned { Ban: var ban } => $"{e.Time} ban {ban.Target} {ban.Since} {ban.Until} {ban.Sightings}",
        GuardEvent.Unbanned { Ban: var ban, Cause: UnbanCause.Expired } => $"{e.Time} end {ban.Target}",
        _ => e.ToString(),
    };

    private sealed class Model(int maxRetry, long findTime, long banTime)
    {
        private readonly List<(Address Who, long Time)> _attempts = [];
        private readonly List<(Address Who, long Until)> _bans = [];
        private readonly List<(Address Who, long Time)> _forgiven = [];
        private long _now = long.MinValue;

        public List<string> Told { get; } = [];

        public void Advance(long clock)
        {
            _now = Math.Max(_now, clock);
            foreach ((Address who, long until) in _bans.Where(ban => ban.Until <= _now).OrderBy(static ban => ban.Until).ThenBy(static ban => ban.Who).ToArray())
            {
                _bans.Remove((who, until));
                Told.Add($"{new UnixTime(until)} end {who}");
            }
        }

        public void Fail(Address who, long stamp, int attempts)
        {
            long time = Math.Min(stamp, _now);
            if (_now - time > findTime || _bans.Any(ban => ban.Who == who))
            {
                return;
            }

            _attempts.AddRange(Enumerable.Repeat((who, time), attempts));
            int counted = _attempts.Count(attempt => attempt.Who == who && _now - attempt.Time <= findTime);
            if (attempts > 0 && counted >= maxRetry)
            {
                _attempts.RemoveAll(attempt => attempt.Who == who);
                _bans.Add((who, _now + banTime));
                Told.Add($"{new UnixTime(_now)} ban {who} {new UnixTime(_now)} {new UnixTime(_now + banTime)} {Math.Min(counted, maxRetry)}");
            }
        }

        public void Succeed(Address who, long stamp)
        {
            long time = Math.Min(stamp, _now);
            bool Clears((Address Who, long Time) attempt) => attempt.Who == who && attempt.Time <= time;
            if (!_forgiven.Any(forgiven => forgiven.Who == who && _now - forgiven.Time <= findTime)
                && _attempts.Exists(attempt => Clears(attempt) && _now - attempt.Time <= findTime))
            {
                _attempts.RemoveAll(Clears);
                _forgiven.Add((who, _now));
            }
        }
    }
}
