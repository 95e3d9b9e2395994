using Virtward.Commands;

using Stream stdout = Console.OpenStandardOutput();
var host = new CommandHost
{
    Out = Console.Out,
    OutBytes = stdout,
    Error = Console.Error,
    Clock = TimeProvider.System,
    OutIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
};
return await CommandTree.RunAsync(host, args);
