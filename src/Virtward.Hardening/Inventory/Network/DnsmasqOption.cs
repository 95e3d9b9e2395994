namespace Virtward.Hardening.Inventory.Network;

/// <summary>An option of dnsmasq's configuration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; empty: none.</param>
/// <param name="Path">The file.</param>
/// <param name="Line">The line, counted from 1.</param>
public sealed record DnsmasqOption(string Name, string Value, string Path, int Line)
{
    /// <summary>As it stands in the file.</summary>
    public string Text => Value.Length == 0 ? Name : $"{Name}={Value}";
}
