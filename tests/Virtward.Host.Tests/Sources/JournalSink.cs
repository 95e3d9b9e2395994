using System.Collections.Concurrent;
using System.Text;
using Virtward.Core.Results;
using Virtward.Guard.Sources;

namespace Virtward.Host.Tests.Sources;

/// <summary>Keeps journal entries as text: <c>identifier[unit,command,pid,uid] message</c>.</summary>
public sealed class JournalSink : ISourceSink
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<long> Times { get; } = new();

    public ConcurrentQueue<string> Troubles { get; } = new();

    public void Accept(int source, in LogLine line)
    {
        Times.Enqueue(line.Received.Microseconds);
        string header = $"{Encoding.UTF8.GetString(line.Identifier)}[{Encoding.UTF8.GetString(line.Unit)},{Encoding.UTF8.GetString(line.Command)},{line.ProcessId},{line.UserId}]";
        Lines.Enqueue($"{header} {Encoding.Latin1.GetString(line.Text)}{(line.FromJournal ? "" : " not from the journal")}");
    }

    public void BatchEnd()
    {
    }

    public void Trouble(int source, Problem problem) => Troubles.Enqueue(problem.ToString());
}
