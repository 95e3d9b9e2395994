using System.Globalization;
using System.Xml.Linq;
using Virtward.Core.Results;
using Virtward.Exposure.Facts.Guests;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>
/// The XML that libvirt keeps of a guest's snapshots and checkpoints. It holds the guest's whole definition, passwords among it, so that only
/// the name and the time are kept.
/// </summary>
public static class SnapshotXml
{
    private const int MaxName = 200;

    /// <summary>Takes everything out but the name and the time.</summary>
    public static string Clean(string text) =>
        Root(text) is XElement root ? new XElement(root.Name.LocalName, root.Child("name") is XElement name ? new XElement("name", Short(name.Value)) : null,
            root.Child("creationTime") is XElement time ? new XElement("creationTime", Short(time.Value)) : null).ToString() + "\n" : "";

    /// <summary>Reads one; null where it is none.</summary>
    public static GuestSnapshot? Read(string guest, string text) =>
        Root(text) is XElement root && root.Child("name")?.Value.Trim() is { Length: > 0 } name
            && long.TryParse(root.Child("creationTime")?.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds is > 0 and < 253_402_300_800
                ? new GuestSnapshot(guest, Short(name), DateTimeOffset.FromUnixTimeSeconds(seconds))
                : null;

    private static XElement? Root(string text)
    {
        // libvirt writes a comment and a declaration before it; inactive domains follow as elements of their own.
        List<Problem> ignored = [];
        return SafeXml.Root("", text, ignored, "domainsnapshot", "domaincheckpoint");
    }

    private static string Short(string text) => text.Trim() is { Length: > MaxName } longer ? longer[..MaxName] : text.Trim();
}
