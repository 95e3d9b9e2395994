using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-08.</summary>
public static class Fw08
{
    // What stands behind loopback's index is there whenever rules are loaded.
    private static readonly ImmutableHashSet<string> Always = ["lo"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-08",
        Severity = Severity.High,
        Title = "the rules are loaded at boot before the network is up, and their file loads",
        Why = "A host that brings up its network before its rules is open at every boot, for seconds, to whoever waits for that. One mistake in the file, or one interface that is not "
            + "there yet, and nft loads none of it: the host stays open.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        FirewallUnits units = facts.Firewall.Units;
        if (units.Problem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        FirewallUnit[] enabled = [.. units.All.Where(unit => unit.Enabled && (unit.Name != "ufw.service" || facts.Firewall.Ufw is not { Enabled: false }))];
        if (enabled.Length == 0)
        {
            return Outcome.NotApplicable("no firewall is loaded at boot: FW-01 says so");
        }

        var findings = new List<Finding>();
        if (!enabled.Any(static unit => unit.Before.Contains("network-pre.target")))
        {
            FirewallUnit unit = enabled[0];
            findings.Add(new Finding(
                unit.Name, $"{unit.Name} does not wait to be before network-pre.target: the network may be up before the rules",
                new Remedy("Order it before the network, in a drop-in.") { Risk = Risk.None, Undo = $"rm /etc/systemd/system/{unit.Name}.d/00-virtward.conf && systemctl daemon-reload" }.With(
                    $"# /etc/systemd/system/{unit.Name}.d/00-virtward.conf", "[Unit]", "Wants=network-pre.target", "Before=network-pre.target", "systemctl daemon-reload", $"systemctl show -p Before {unit.Name}"))
            {
                Evidence = [.. enabled.Select(static one => new Evidence(EvidenceKind.Unit, one.Name, $"Before={string.Join(' ', one.Before)}"))],
            });
        }

        string? unseen = null;
        if (enabled.Any(static unit => unit.Name == "nftables.service"))
        {
            unseen = OfFile(facts, findings);
        }

        return Outcome.Of(findings, $"{string.Join(", ", enabled.Select(static unit => unit.Name))} before network-pre.target{(facts.Firewall.Nftables is { } file && enabled.Any(static unit => unit.Name == "nftables.service") ? $", and nft takes {file.File.Path}" : "")}", unseen);
    }

    private static string? OfFile(AuditFacts facts, List<Finding> findings)
    {
        if (facts.Firewall.Nftables is not NftablesFile file)
        {
            return facts.Files.Why("/etc/nftables.conf") ?? facts.Files.Why("/etc/sysconfig/nftables.conf") ?? "the file that nftables.service loads was not found";
        }

        foreach (IGrouping<string, (int Line, string Device, string Text)> device in file.ByIndex().Where(static one => !Always.Contains(one.Device)).GroupBy(static one => one.Device))
        {
            findings.Add(new Finding(
                $"iif {device.Key}", $"{file.File.Path} names {device.Key} by its number: where that interface is not there yet, nft loads nothing of the file",
                new Remedy("Name it by iifname and oifname, which need no interface.") { Risk = Risk.None, Undo = "put the saved file back" }.With(
                    $"cp -a {file.File.Path} /root/", $"# in {file.File.Path}: iif {device.Key} → iifname \"{device.Key}\", oif → oifname", $"nft -c -f {file.File.Path} && systemctl reload nftables.service"))
            {
                Severity = IsHardware(facts, device.Key) ? Severity.Medium : null,
                Evidence = [.. device.Take(4).Select(one => Evidence.OfLine(file.File.Path, one.Line, one.Text))],
            });
        }

        switch (facts.Firewall.NftCheck)
        {
            case "":
                return null;
            case string said when said.StartsWith("nft ended with", StringComparison.Ordinal) && !said.Contains("Operation not permitted", StringComparison.Ordinal):
                findings.Add(new Finding(
                    file.File.Path, $"nft does not take {file.File.Path}: after the next boot there are no rules",
                    new Remedy("Mend the file.") { Risk = Risk.None, Undo = "put the saved file back" }.With($"cp -a {file.File.Path} /root/", $"nft -c -f {file.File.Path}    # says where", "# mend it until nothing is said, then: systemctl reload nftables.service"))
                {
                    Severity = Severity.Critical,
                    Evidence = [new Evidence(EvidenceKind.Output, $"nft -c -f {file.File.Path}", said)],
                });
                return null;
            default:
                return $"whether nft takes {file.File.Path} was not tried ({facts.Firewall.NftCheck ?? "nftables.service is not active"})";
        }
    }

    // A card is there early, though its name may come late; a bridge or a tunnel comes with its service.
    private static bool IsHardware(AuditFacts facts, string device) => facts.Host.Network.Interfaces.Any(one => one.Name == device && one.Kind.Length == 0);
}
