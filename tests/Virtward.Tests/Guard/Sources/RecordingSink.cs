using System.Text;
using Virtward.Core.Results;
using Virtward.Guard.Sources;

namespace Virtward.Tests.Guard.Sources;

/// <summary>Keeps what sources hand on, as Latin-1 text, so that every byte shows.</summary>
public sealed class RecordingSink : ISourceSink, ILineSink
{
    public List<string> Lines { get; } = [];

    public List<int> Sources { get; } = [];

    public List<string> Troubles { get; } = [];

    public int Batches { get; private set; }

    public void Accept(int source, in LogLine line)
    {
        Sources.Add(source);
        Lines.Add(Encoding.Latin1.GetString(line.Text));
    }

    public void Accept(in LogLine line) => Accept(0, in line);

    public void BatchEnd() => Batches++;

    public void Trouble(int source, Problem problem) => Troubles.Add(problem.ToString());
}
