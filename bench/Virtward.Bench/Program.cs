using Virtward.Bench;
using Virtward.Bench.Log;

if (args is not [var name, .. var rest] || BenchOptions.Read(rest) is not { } options)
{
    Console.Error.WriteLine("usage: bench/run generate|match|replay|jails|bans|store|latency|memory [--option value]… (see bench/README.md)");
    return 2;
}

switch (name)
{
    case "generate":
        return GenerateCommand.Run(options);
    case "store":
        return StoreBench.Run(options);
    default:
        Console.Error.WriteLine($"bench: there is no bench called '{name}'");
        return 2;
}
