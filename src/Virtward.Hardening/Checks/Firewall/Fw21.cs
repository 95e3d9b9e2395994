using System.Globalization;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-21.</summary>
public static class Fw21
{
    // Below that a few guests with many connections, or one scan, fill the table, and new connections are dropped for everybody.
    private const long Least = 65536;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-21",
        Severity = Severity.Medium,
        Title = "connection tracking is large enough, and opens no port by itself",
        Why = "All guests share one table of connections: when it is full, nobody gets a new one. Helpers that attach themselves to FTP, SIP or IRC open ports towards whoever writes the right "
            + "bytes into a connection.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Snapshot.Text(SnapshotNames.Sysctl) is null)
        {
            return Outcome.Unknown(facts.Why(SnapshotNames.Sysctl));
        }

        string max = Value(facts, "nf_conntrack_max");
        if (max.Length == 0)
        {
            return Outcome.NotApplicable("connection tracking is not in use");
        }

        var findings = new List<Finding>();
        if (long.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && size < Least)
        {
            findings.Add(new Finding("nf_conntrack_max", $"the table of connections holds {size}: it is full with a few busy guests", Set("nf_conntrack_max", max, 262144)) { Evidence = [Checks.Evidence.OfSetting("net.netfilter.nf_conntrack_max", max)] });
        }

        // Linux 6.0 took the setting away, and the behaviour with it.
        string helper = Value(facts, "nf_conntrack_helper");
        if (helper is not ("" or "0"))
        {
            findings.Add(new Finding("nf_conntrack_helper", "connection tracking helpers attach themselves to every connection at their port", Set("nf_conntrack_helper", helper, 0)) { Evidence = [Checks.Evidence.OfSetting("net.netfilter.nf_conntrack_helper", helper)] });
        }

        string loose = Value(facts, "nf_conntrack_tcp_loose");
        return Outcome.Of(findings, $"room for {max} connections, helpers only where a rule names them{(loose.Length > 0 ? $"; tcp_loose is {loose} (FW-05 looks at what that lets through)" : "")}");
    }

    private static string Value(AuditFacts facts, string name) => facts.Host.Network.Sysctls.GetValueOrDefault($"net.netfilter.{name}", "").Trim();

    private static Remedy Set(string name, string old, int value) => new Remedy(string.Create(CultureInfo.InvariantCulture, $"Set it to {value}, now and after the module is loaded."))
    {
        Kernel = [new KernelValue($"net.netfilter.{name}", value)],
        Risk = Risk.None,
        Undo = $"rm /etc/sysctl.d/99-virtward-conntrack.conf; sysctl -w net.netfilter.{name}={old}",
    }.With("# /etc/sysctl.d/99-virtward-conntrack.conf", string.Create(CultureInfo.InvariantCulture, $"net.netfilter.{name} = {value}"), "# /etc/modules-load.d/99-virtward.conf, so that the setting is there when sysctl.d is read", "nf_conntrack", "sysctl -p /etc/sysctl.d/99-virtward-conntrack.conf");
}
