using System.Runtime.InteropServices;
using Virtward.Commands;
using Virtward.Linux;

// The published program carries SQLite in itself (Virtward.csproj); in an ordinary build it lies beside it, and this does nothing.
BundledLibrary.Register(
    typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, "e_sqlite3", typeof(CommandHost).Assembly, "native/libe_sqlite3.so");

using Stream stdout = Console.OpenStandardOutput();
var host = new CommandHost
{
    Out = Console.Out,
    OutBytes = stdout,
    Error = Console.Error,
    Clock = TimeProvider.System,
    In = Console.In,
    InIsTerminal = !Console.IsInputRedirected,
    OutIsTerminal = !Console.IsOutputRedirected,
    ErrorIsTerminal = !Console.IsErrorRedirected,
    // A terminal that does not know its size says 0.
    OutWidth = !Console.IsOutputRedirected && Console.WindowWidth > 0 ? Console.WindowWidth : int.MaxValue,
};

// Both signals ask every command to stop cleanly; a second one finds the default action again and ends it at once. The source is never
// disposed of: a signal may come while the program ends, on a thread of its own, and it holds nothing but memory.
#pragma warning disable CA2000 // see above
var stop = new CancellationTokenSource();
#pragma warning restore CA2000
using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
return await CommandTree.RunAsync(host, args, stop.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
