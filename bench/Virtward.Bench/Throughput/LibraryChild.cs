using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Jails;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;
using Virtward.Linux;
using Virtward.Linux.Files;

namespace Virtward.Bench.Throughput;

/// <summary>
/// This program as its own child, measured from outside like any other: the libraries without the command around them.
/// </summary>
internal static class LibraryChild
{
    /// <summary>The name of the command that runs the filter only.</summary>
    public const string Match = "child-match";

    /// <summary>The name of the command that runs filter and jails.</summary>
    public const string Jails = "child-jails";

    private const ulong Seed = 1;

    /// <summary>The command line of a child.</summary>
    public static IReadOnlyList<string> Command(string name, string filter, string log) => [Environment.ProcessPath!, name, filter, log];

    /// <summary>Runs as the child: prints the sightings.</summary>
    public static int Run(string name, string filter, string log)
    {
        var reference = new FilterReference(filter, ImmutableSortedDictionary<string, string>.Empty);
        if (!new FilterLoader(new HostTextFiles(), TimeZoneInfo.Utc, TimeProvider.System).Load(reference, out _).TryGet(out LoadedFilter? loaded, out Problem? problem))
        {
            Console.Error.WriteLine(problem);
            return 2;
        }

        UnixTime now = UnixTime.Now(TimeProvider.System);
        var stamps = new StampClock(TimeZoneInfo.Utc, now);
        SourceFilters source = SourceFilters.Start([loaded], [0], stamps, trouble => Console.Error.WriteLine(trouble));
        using Stream stream = new LinuxLogFiles().OpenOnce(log).Value;
        var reader = new ReplayReader(stream, log);
        if (name == Match)
        {
            var counter = new Counter(source.Filters);
            _ = reader.Run(counter).Value;
            Console.WriteLine(counter.Sightings);
            return 0;
        }

        HostPolicy policy = OneJail(reference);
        var engine = new GuardEngine(policy.Guard, new NeverBanList(policy).Build(), Seed);
        var listener = new BanCounter();
        var replay = new Replay(engine, source.Filters, source.JailOf, new LogClock(now), stamps, UnixTime.Never, listener);
        _ = reader.Run(replay).Value;
        replay.Finish();
        Console.WriteLine($"{replay.Sightings} {listener.Bans}");
        return 0;
    }

    /// <summary>The built-in policy with one jail only.</summary>
    public static HostPolicy OneJail(FilterReference filter)
    {
        HostPolicy policy = DefaultPolicy.Read();
        JailPolicy jail = policy.Guard.Jails.First(jail => jail.Filter.Name == "sshd") with { Filter = filter };
        return policy with { Guard = policy.Guard with { Jails = [jail] } };
    }

    private sealed class Counter(FilterSet filters) : IBlockSink, ISightingSink
    {
        public long Sightings { get; private set; }

        public void Accept(in LogLine line) => filters.Accept(line, this);

        public void Accept(in LineBlock block) => filters.Accept(block, this);

        void ISightingSink.Accept(int filter, in Sighting sighting) => Sightings++;
    }

    private sealed class BanCounter : IReplayListener
    {
        public long Bans { get; private set; }

        public void Sighted(string filter, in Sighting sighting)
        {
        }

        public void Decided(GuardEvent decided) => Bans += decided is GuardEvent.Banned ? 1 : 0;
    }
}
