using System.CommandLine;
using System.CommandLine.Parsing;
using Virtward.Core.Results;

namespace Virtward.Commands;

/// <summary>All commands, put together: the one place that knows the program's whole command line.</summary>
public static class CommandTree
{
    /// <summary>Parses the arguments and runs the command; every way out is an <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(CommandHost host, string[] args)
    {
        ParseResult parsed = Build(host).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors)
            {
                host.Fail(new Problem(error.Message.TrimEnd('.'), Hint: "see virtward --help"));
            }

            return ExitCode.Failed;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = host.Out,
                Error = host.Error,
            });
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    /// <summary>The root command with everything below it.</summary>
    public static RootCommand Build(CommandHost host)
    {
        var root = new RootCommand("Keeps a KVM host off the Internet and under guard.");
        return root;
    }
}
