using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>The devices that the ingress chain is to hang on, and what stands in the way of that. Not thread-safe.</summary>
/// <param name="source">Where they are read; null where none are looked for.</param>
public sealed class GuardedUplinks(IUplinks? source)
{
    private ImmutableArray<string> _known = [];
    private ImmutableArray<string>? _refused;
    private Problem? _unread;
    private Problem? _refusal;
    private Problem? _unnameable;

    /// <summary>Why frames that are only bridged are not all covered; null where they are.</summary>
    public Problem? Problem => _refusal ?? _unread ?? _unnameable;

    /// <summary>Whether the kernel or nft has refused a chain on just these devices.</summary>
    public bool IsRefused(ImmutableArray<string> devices) => _refused is { } refused && refused.SequenceEqual(devices);

    /// <summary>Reads the devices; where that fails they are those of the last time.</summary>
    public ImmutableArray<string> Read()
    {
        if (source is null)
        {
            return [];
        }

        if (source.Read().TryGet(out ImmutableArray<string> devices, out Problem? problem))
        {
            _known = [.. devices.Where(GuardTable.CanName)];
            _unnameable = devices.FirstOrDefault(static device => !GuardTable.CanName(device)) is string odd
                ? Uncovered(new Problem("nft cannot be told of a device of such a name", odd), "rename the device")
                : null;
            _unread = null;
        }
        else
        {
            _unread = Uncovered(problem, problem.Hint);
        }

        return _known;
    }

    /// <summary>Remembers that a chain on these devices was refused. What is no longer so when it is read again was only late.</summary>
    public void Refused(ImmutableArray<string> devices, Problem problem)
    {
        if (Read().SequenceEqual(devices))
        {
            _refused = devices;
            _refusal = Uncovered(problem, "it takes Linux 5.10 and nftables 0.9.7; packets to the host and routed guests are covered");
        }
    }

    /// <summary>Remembers that the kernel has taken a chain on the devices.</summary>
    public void Taken()
    {
        _refused = null;
        _refusal = null;
    }

    private static Problem Uncovered(Problem why, string? hint) =>
        new($"bans do not cover frames that are only bridged through this host: {why.What}", why.On, hint);
}
