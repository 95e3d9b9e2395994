using System.CommandLine;
using System.CommandLine.Parsing;
using Virtward.Core.Results;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary>All commands, put together: the one place that knows the program's whole command line.</summary>
public static class CommandTree
{
    /// <summary>Parses the arguments and runs the command; every way out is an <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(CommandHost host, string[] args, CancellationToken cancel)
    {
        ParseResult parsed = Build(host).Parse(args);
        if (MistypedOption(parsed) is { } mistyped)
        {
            return host.Fail(new Problem($"Unrecognized option '{Words.Safe(mistyped)}'", Hint: "see virtward --help; before a name that begins with -- write -- alone"));
        }

        if (parsed.Errors.Count > 0)
        {
            // Of a word that is not known, what it leaves missing is a second sentence about the same mistake.
            List<ParseError> unknown = [.. parsed.Errors.Where(error => parsed.UnmatchedTokens.Any(token => error.Message.Contains(token, StringComparison.Ordinal)))];
            foreach (ParseError error in unknown.Count > 0 ? unknown : parsed.Errors)
            {
                host.Fail(new Problem(error.Message.TrimEnd('.'), Hint: "see virtward --help"));
            }

            return ExitCode.Failed;
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = host.Out,
                Error = host.Error,
            };
            return await parsed.InvokeAsync(configuration, cancel);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    /// <summary>An option that no command knows and that an argument would take: <c>replay --sighting</c> is not about a file of that name.</summary>
    private static string? MistypedOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(static token => token.Type != TokenType.DoubleDash)
        .FirstOrDefault(static token => token.Type == TokenType.Argument && token.Value.Length > 2 && token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    /// <summary>The root command with everything below it.</summary>
    public static RootCommand Build(CommandHost host)
    {
        var import = new Command("import", "Reads in what another program is set up to do.") { ImportFail2BanCommand.Create(host) };
        var guard = new Command("guard", "The guard: logs in, bans out.")
        {
            GuardRunCommand.Create(host),
            GuardReplayCommand.Create(host),
            GuardTestFilterCommand.Create(host),
            import,
            GuardFlushCommand.Create(host),
        };
        return new RootCommand("Keeps a KVM host off the Internet and under guard.")
        {
            DemoCommand.Create(host),
            StatusCommand.Create(host),
            AuditCommand.Create(host),
            InitCommand.Create(host),
            PolicyCommand.Create(host),
            ExposureCommand.Create(host),
            SnapshotCommand.Create(host),
            PlanCommand.Create(host),
            ApplyCommand.Create(host),
            ConfirmCommand.Create(host),
            RollbackCommand.Create(host),
            HistoryCommand.Create(host),
            WatchTransactionCommand.Create(host),
            BansCommand.Create(host),
            BanCommand.Create(host),
            UnbanCommand.Create(host),
            AllowCommand.Create(host),
            DisallowCommand.Create(host),
            guard,
            DaemonCommand.Create(host),
        };
    }
}
