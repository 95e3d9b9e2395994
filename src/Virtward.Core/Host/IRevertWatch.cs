using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>What takes a transaction back when nobody confirms it, outside the session, the command and the daemon, and over a restart: a part of the seam.</summary>
public interface IRevertWatch
{
    /// <summary>Sets the watch; only when it stands anything may be changed.</summary>
    Task<Result<Done>> ArmAsync(string id, CancellationToken cancel);

    /// <summary>Takes it away, with all that it left behind.</summary>
    Task<Result<Done>> DisarmAsync(string id, CancellationToken cancel);
}
