using Virtward.Core.Host;

namespace Virtward.Hardening.Machine;

/// <summary>The parts of a host that changes are made to: the host itself, or one in memory.</summary>
/// <param name="Files">Its files.</param>
/// <param name="Kernel">Its kernel settings.</param>
/// <param name="Commands">Its programs.</param>
/// <param name="HasSystemd">Whether systemd runs it.</param>
public sealed record HostMachine(IHostFiles Files, IKernelSettings Kernel, ICommands Commands, bool HasSystemd)
{
    /// <summary>Where Virtward keeps what it must remember of this host.</summary>
    public string StateFolder { get; init; } = "/var/lib/virtward";

    /// <summary>Whether the machine is starting: services are still to come, and nothing may wait for them.</summary>
    public bool IsBooting { get; init; }
}
