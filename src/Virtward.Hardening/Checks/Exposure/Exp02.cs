using System.Collections.Immutable;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-02.</summary>
public static class Exp02
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-02",
        Severity = Severity.Critical,
        Title = "SSH is reached from the management network or the VPN, and not from the Internet",
        Why = "SSH is root on the hypervisor. From the Internet it is tried thousands of times a day, with stolen keys too; and one that answers nobody from the "
            + "management network is a host that can only be mended at its console.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        ImmutableArray<ExposureRow> rows = [.. Reach.Rows(facts).Where(static row => row.Endpoint is { Place: EndpointPlace.Host, Service.Kind: ServiceKind.Ssh })];
        if (rows.IsEmpty)
        {
            return Outcome.NotApplicable("nothing listens for SSH on an address that others could reach");
        }

        Outcome fromInternet = Reach.Judge(facts, rows, "SSH is not reached from the Internet", null, static _ => null, Zone.Internet);
        string[] administrators = [.. new[] { Zone.Management, Zone.Vpn }.Where(zone => Reach.Has(facts, zone))];
        Cell[] ways = [.. rows.SelectMany(static row => row.Cells).Where(cell => administrators.Contains(cell.Zone))];
        if (administrators.Length == 0 || ways.Any(Reach.Is) || ways.Any(Reach.IsUnproven))
        {
            string from = string.Join(" and ", ways.Where(Reach.Is).Select(static cell => $"{Reach.Words(cell.Zone)} ({cell.Words})").Distinct());
            string? doubt = from.Length == 0 && administrators.Length > 0 ? $"whether {string.Join(" or ", administrators.Select(Reach.Words))} reaches SSH hangs on a rule that cannot be interpreted" : null;
            return Outcome.Of(fromInternet.Findings, from.Length > 0 ? $"SSH is reached from {from}, and not from the Internet" : fromInternet.Reason,
                fromInternet.Status == Status.Unknown ? fromInternet.Reason : doubt ?? fromInternet.Unseen);
        }

        var closed = new Finding(
            "ssh from the administrators", $"nobody in {string.Join(" or ", administrators.Select(Reach.Words))} reaches SSH: when this session ends there may be no way in",
            new Remedy("Let SSH in by the management interface before anything else is closed.") { Risk = Risk.None, Undo = "remove the rule again" }
                .With(Allow(facts, rows[0], administrators[0])))
        {
            Severity = Severity.High,
            Evidence = [.. rows.SelectMany(row => Reach.Sockets(facts, row.Endpoint)), .. ways.Select(static cell => new Evidence(EvidenceKind.Rule, Reach.Words(cell.Zone), $"reaches SSH: {cell.Words}"))],
        };
        return Outcome.Of(fromInternet.Findings.Append(closed), "", fromInternet.Unseen);
    }

    private static string Allow(AuditFacts facts, ExposureRow row, string zone)
    {
        string device = facts.Zones.Find(zone)!.Entries[0].Interface;
        string port = row.Endpoint.PortText[(row.Endpoint.PortText.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return facts.Firewall switch
        {
            { FirewalldRuns: true } => $"firewall-cmd --zone=$(firewall-cmd --get-zone-of-interface={device}) --add-port={port}/tcp    # and once more with --permanent",
            { Ufw.Enabled: true } => $"ufw allow in on {device} to any port {port} proto tcp",
            _ => $"# the rule that drops it stands in the tables of the evidence: nft insert rule FAMILY TABLE CHAIN iifname \"{device}\" tcp dport {port} accept",
        };
    }
}
