namespace Virtward.Exposure.Evaluation;

/// <summary>The flows that a <c>ct count</c> has counted (struct nf_conncount_list).</summary>
internal sealed class Counted
{
    /// <summary>CONNCOUNT_GC_MAX_COLLECT.</summary>
    private const int MostForgotten = 64;

    private readonly List<FlowTuple> _flows = [];
    private long _swept = -1;
    private int _left;

    /// <summary>How many are counted after a packet has come (nft_connlimit_do_eval, __nf_conncount_add).</summary>
    /// <param name="flow">The packet's flow; null: unknown, and nothing is counted.</param>
    /// <param name="known">The same as connection tracking knows it; null: it knows none, or not yet.</param>
    /// <param name="now">The packet's time: what the host answers to it comes at the same.</param>
    /// <param name="find">Finds a flow that connection tracking knows; null: it knows none.</param>
    public int Count(FlowTuple? flow, Connection? known, long now, Func<FlowTuple, Connection?> find)
    {
        if (flow is not { } tuple)
        {
            return _flows.Count;
        }

        if (known is { Assured: true })
        {
            // Such a flow is taken to be counted; those that are over are forgotten, once a jiffy.
            if (_swept != now)
            {
                Walk(null, find);
                Swept(now);
            }

            return _flows.Count;
        }

        // What is not known yet is not looked for among what came in the same jiffy: one packet that is asked about twice counts twice.
        if (known is not null || _swept != now || _flows.Count - _left >= MostForgotten)
        {
            if (Walk(tuple, find))
            {
                return _flows.Count;
            }

            Swept(now);
        }

        _flows.Add(tuple);
        return _flows.Count;
    }

    private void Swept(long now)
    {
        _swept = now;
        _left = _flows.Count;
    }

    // Whether a flow is counted already. On the way to it, or to the end, those that are over are forgotten, so many at a time.
    private bool Walk(FlowTuple? flow, Func<FlowTuple, Connection?> find)
    {
        int forgotten = 0;
        for (int at = 0; at < _flows.Count && (flow is null || forgotten <= MostForgotten);)
        {
            Connection? known = find(_flows[at]) is { Gone: false } found ? found : null;
            if (known is not null && _flows[at] == flow)
            {
                return true;
            }

            if (known is null || known.Closed)
            {
                _flows.RemoveAt(at);
                forgotten++;
                continue;
            }

            at++;
            if (flow is null && forgotten > MostForgotten)
            {
                break;
            }
        }

        return false;
    }
}
