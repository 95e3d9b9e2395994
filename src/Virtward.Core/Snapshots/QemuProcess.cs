using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>A running qemu, as far as it shows how well it is locked in. Source: <c>/proc/PID</c>; its command line is not kept.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Program">The program's path, or its name where the path is not to be seen.</param>
public sealed record QemuProcess(int Pid, string Program)
{
    /// <summary>The guest's name by its command line; null: none.</summary>
    public string? Guest { get; init; }

    /// <summary>The effective user's number; null: not to be seen.</summary>
    public long? Uid { get; init; }

    /// <summary>The effective group's number; null: not to be seen.</summary>
    public long? Gid { get; init; }

    /// <summary>The other groups' numbers.</summary>
    public ImmutableArray<long> Groups { get; init; } = [];

    /// <summary>0: no seccomp filter, 1: strict, 2: a filter; null: not to be seen.</summary>
    public int? Seccomp { get; init; }

    /// <summary>Whether it can never gain privileges; null: not to be seen.</summary>
    public bool? NoNewPrivileges { get; init; }

    /// <summary>Its effective capabilities, as the kernel writes them: <c>0000000000000000</c> for none; null: not to be seen.</summary>
    public string? Capabilities { get; init; }

    /// <summary>Its label for mandatory access control: <c>system_u:system_r:svirt_t:s0:c1,c2</c>, <c>libvirt-UUID (enforce)</c>, <c>unconfined</c>; null: not to be seen.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the program's file was replaced since it started; null: not to be seen.</summary>
    public bool? Replaced { get; init; }
}
