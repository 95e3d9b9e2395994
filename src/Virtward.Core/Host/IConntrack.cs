using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>What a ban leaves behind: tracked connections, and the sockets of local programs, as one part of the seam.</summary>
public interface IConntrack
{
    /// <summary>
    /// Forgets the tracked connections that unwanted peers opened (to this host or through it) and destroys the local TCP sockets that
    /// talk to them, so that a program need not wait for a peer whose packets no longer arrive (sshd's MaxStartups slots).
    /// </summary>
    /// <param name="unwanted">Whether a peer is unwanted, by its address and the port it talks to, as that peer sees it.</param>
    Result<CutConnections> Cut(Func<Address, Transport, int, bool> unwanted);
}
