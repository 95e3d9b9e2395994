using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-18.</summary>
public static class Fw18
{
    private static readonly ImmutableArray<string> Keys = ["net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables", "net.bridge.bridge-nf-call-arptables"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-18",
        Severity = Severity.Medium,
        Title = "whether bridged frames pass the host's IP rules is decided, not left to chance",
        Why = "The module br_netfilter sends frames between guests through the host's forward rules, as soon as something loads it: a container engine does. Guests are then cut off by rules that "
            + "were never meant for them, or rules hold today and not after the next boot.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Snapshot.Text(SnapshotNames.Sysctl) is null)
        {
            return Outcome.Unknown(facts.Why(SnapshotNames.Sysctl));
        }

        (string Key, string Value)[] set = [.. Keys.Select(key => (key, facts.Host.Network.Sysctls.GetValueOrDefault(key, "").Trim())).Where(static pair => pair.Item2.Length > 0)];
        if (set.Length == 0)
        {
            return Outcome.NotApplicable("br_netfilter is not loaded: no bridged frame passes the host's IP rules");
        }

        ImmutableArray<Evidence> evidence = [.. set.Select(static pair => Evidence.OfSetting(pair.Key, pair.Value))];
        string v4 = set.FirstOrDefault(static pair => pair.Key == Keys[0]).Value ?? "0";
        string v6 = set.FirstOrDefault(static pair => pair.Key == Keys[1]).Value ?? "0";
        bool containers = facts.Zones.Find(Zone.Containers) is { Entries.IsEmpty: false };
        var findings = new List<Finding>();
        if (v4 != v6)
        {
            findings.Add(new Finding("families", $"bridged frames pass the host's IP rules by IPv{(v4 == "0" ? "6" : "4")} and not by IPv{(v4 == "0" ? "4" : "6")}", Decide(facts, containers ? "1" : "0", v4, v6)) { Evidence = evidence });
        }
        else if (v4 != "0" && !containers)
        {
            // Kubernetes and Docker's isolation want 1; without containers nobody does.
            findings.Add(new Finding("bridge-nf-call", "frames between guests of one bridge pass the host's IP rules, and no container engine here needs that", Decide(facts, "0", v4, v6)) { Evidence = evidence });
        }
        else if (v4 == "0" && containers && facts.Units.IsActive("docker.service"))
        {
            findings.Add(new Finding("bridge-nf-call", "Docker is told to expect bridged frames in its rules, and br_netfilter keeps them out: containers of one network are not filtered", Decide(facts, "1", v4, v6)) { Severity = Severity.Low, Evidence = evidence });
        }

        return Outcome.Of(findings, $"{string.Join(", ", set.Select(static pair => $"{pair.Key[(pair.Key.LastIndexOf('-') + 1)..]} {pair.Value}"))}: {(v4 == "0" ? "bridged frames do not pass the host's IP rules" : "as the container engine here needs it")}");
    }

    // The module sets its own defaults when it is loaded: the value must come after it.
    private static Remedy Decide(AuditFacts facts, string value, string v4, string v6) => new Remedy($"Set all of them to {value}, now and whenever the module is loaded.")
    {
        Risk = Risk.Guests,
        Undo = $"rm /etc/sysctl.d/99-virtward-bridge.conf /etc/udev/rules.d/99-virtward-bridge.rules; sysctl -w {Keys[0]}={v4} {Keys[1]}={v6}",
    }.With(
        [
            "# /etc/sysctl.d/99-virtward-bridge.conf", .. Keys.Select(key => $"{key} = {value}"),
            "# /etc/udev/rules.d/99-virtward-bridge.rules", "ACTION==\"add\", SUBSYSTEM==\"module\", KERNEL==\"br_netfilter\", RUN+=\"/sbin/sysctl -q -p /etc/sysctl.d/99-virtward-bridge.conf\"",
            "sysctl -p /etc/sysctl.d/99-virtward-bridge.conf && udevadm control --reload",
        ]);
}
