using System.Collections.Immutable;

namespace Virtward.Hardening.Checks;

/// <summary>What to do about a finding, on the distribution that was looked at.</summary>
/// <param name="Summary">One sentence, an order: "Bind libvirt's TCP socket to nothing: mask its unit."</param>
public sealed record Remedy(string Summary)
{
    /// <summary>Commands to type, or lines to write with the file's name before them (<c># /etc/ssh/sshd_config.d/00-virtward.conf</c>), in order.</summary>
    public ImmutableArray<string> Steps { get; init; } = [];

    /// <summary>The kernel settings among the steps, as data: all of them, also where the steps show only some.</summary>
    public ImmutableArray<KernelValue> Kernel { get; init; } = [];

    /// <summary>The settings of libvirt's files among the steps, as data; placeholders are not.</summary>
    public ImmutableArray<ConfigValue> Config { get; init; } = [];

    /// <summary>The modes among the steps, as data; only of files that are root's already.</summary>
    public ImmutableArray<ModeValue> Modes { get; init; } = [];

    /// <summary>What it may break.</summary>
    public Risk Risk { get; init; }

    /// <summary>How to take it back; empty: nothing to take back.</summary>
    public string Undo { get; init; } = "";

    /// <summary>The remedy with its steps.</summary>
    public Remedy With(params ReadOnlySpan<string> steps) => this with { Steps = [.. steps] };
}
