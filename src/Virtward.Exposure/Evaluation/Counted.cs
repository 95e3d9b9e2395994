namespace Virtward.Exposure.Evaluation;

/// <summary>The flows that a <c>ct count</c> has counted (struct nf_conncount_list).</summary>
internal sealed class Counted
{
    /// <summary>CONNCOUNT_GC_MAX_NODES.</summary>
    private const int MostForgotten = 8;

    /// <summary>The flows, those that were counted last at the end.</summary>
    public List<FlowTuple> Flows { get; } = [];

    /// <summary>When the last one was added.</summary>
    public long Tick { get; set; } = -1;

    /// <summary>Whether a flow is counted already. On the way to it, those that are over are forgotten, a few at a time.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="find">Finds a flow that connection tracking knows; null: it knows none.</param>
    public bool Knows(FlowTuple flow, Func<FlowTuple, Connection?> find)
    {
        int forgotten = 0;
        for (int at = 0; at < Flows.Count && forgotten <= MostForgotten;)
        {
            Connection? known = find(Flows[at]) is { Gone: false } found ? found : null;
            if (known is not null && Flows[at] == flow)
            {
                return true;
            }

            if (known is null || known.Closed)
            {
                Flows.RemoveAt(at);
                forgotten++;
            }
            else
            {
                at++;
            }
        }

        return false;
    }
}
