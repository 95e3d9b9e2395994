using System.Collections.Immutable;

namespace Virtward.Demo;

/// <summary>What has happened up to a moment.</summary>
/// <param name="Attempts">Failed passwords in sshd's log.</param>
/// <param name="Attackers">The distinct addresses they came from.</param>
/// <param name="Bans">Bans of single attackers.</param>
/// <param name="SubnetBans">Bans of subnets.</param>
/// <param name="Packets">Packets that bans have dropped, see <see cref="DropCounter"/>.</param>
/// <param name="Siege">Whether the guard is in a siege.</param>
/// <param name="Banned">From a log line to the guard's word that the address is banned.</param>
/// <param name="Dropped">From a log line to the first packet dropped.</param>
public sealed record DemoFigures(
    int Attempts,
    int Attackers,
    int Bans,
    ImmutableArray<SubnetBan> SubnetBans,
    long Packets,
    bool Siege,
    Latency Banned,
    Latency Dropped);
