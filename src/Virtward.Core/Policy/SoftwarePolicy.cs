using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>What must not be on the host: <c>software:</c>.</summary>
public sealed record SoftwarePolicy
{
    /// <summary>Packages that are to be removed, by the name of either family; those that are not there are no matter.</summary>
    public ImmutableArray<string> Absent { get; init; } = ["telnetd", "telnet-server", "rsh-server", "rsh-redone-server", "talkd", "talk-server", "nis", "ypserv", "ypbind", "xinetd"];

    /// <summary>Units that are to be stopped, disabled and masked; those that are not there are no matter.</summary>
    public ImmutableArray<string> MaskedUnits { get; init; } =
    [
        "avahi-daemon.service", "avahi-daemon.socket", "cups.service", "cups.socket", "cups-browsed.service", "rpcbind.service", "rpcbind.socket",
        "debug-shell.service",
    ];
}
