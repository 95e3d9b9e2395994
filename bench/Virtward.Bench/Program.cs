using Virtward.Bench;
using Virtward.Bench.Audit;
using Virtward.Bench.Exposure;
using Virtward.Bench.Kernel;
using Virtward.Bench.Log;
using Virtward.Bench.Throughput;

if (args is [LibraryChild.Match or LibraryChild.Jails, var filter, var log])
{
    return LibraryChild.Run(args[0], filter, log);
}

if (args is not [var name, .. var rest] || BenchOptions.Read(rest) is not { } options)
{
    Console.Error.WriteLine("usage: bench/run generate|match|replay|jails|bans|store|exposure|exposure-hard|audit|status|latency|memory|attackers|soak [--option value]… (see bench/README.md)");
    return 2;
}

switch (name)
{
    case "generate":
        return GenerateCommand.Run(options);
    case "match":
        return ThroughputBenches.Match(options);
    case "replay":
        return ThroughputBenches.Replay(options);
    case "jails":
        return ThroughputBenches.Jails(options);
    case "bans":
        return OwnNetwork.Run(args, () => BansBench.Run(options));
    case "latency":
        return OwnNetwork.Run(args, () => LatencyBench.Run(options));
    case "memory":
        return OwnNetwork.Run(args, () => MemoryBench.Run(options));
    case "attackers":
        return OwnNetwork.Run(args, () => AttackersBench.Run(options));
    case "soak":
        return OwnNetwork.Run(args, () => SoakBench.Run(options));
    case "status":
        return OwnNetwork.Run(args, () => StatusBench.Run(options));
    case "exposure":
        return ExposureBench.Run();
    case "audit":
        return AuditBench.Run(options);
    case "exposure-hard":
        return HardBench.Run(options);
    case "store":
        return StoreBench.Run(options);
    default:
        Console.Error.WriteLine($"bench: there is no bench called '{name}'");
        return 2;
}
