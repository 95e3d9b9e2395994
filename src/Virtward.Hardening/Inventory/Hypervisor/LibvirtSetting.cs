using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A setting of one of libvirt's configuration files.</summary>
/// <param name="Name">Its name: <c>vnc_listen</c>.</param>
/// <param name="Values">Its value, or the values of a list; an empty list has none.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Text">The line as it stands there.</param>
public sealed record LibvirtSetting(string Name, ImmutableArray<string> Values, string Path, int Line, string Text)
{
    /// <summary>The only value; the first of a list; empty where there is none.</summary>
    public string Value => Values.IsEmpty ? "" : Values[0];
}
