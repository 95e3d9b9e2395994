using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ipv6;

/// <summary>V6-05.</summary>
public static class V6Check05
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "V6-05",
        Severity = Severity.Medium,
        Title = "nothing listens over IPv6 that does not listen over IPv4, and none more widely",
        Why = "A service that was bound to the management address over IPv4 often still has its socket on [::]. What nobody looks for over IPv6 nobody guards.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Snapshot.Text(SnapshotNames.Listeners) is null)
        {
            return Outcome.Unknown($"the listening sockets are not known: {facts.Why(SnapshotNames.Listeners)}");
        }

        if (V6Judge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        Listener[] sockets = [.. facts.Host.Listeners.Where(static one => one.Protocol is "tcp" or "udp" or "udplite" or "sctp" or "dccp" && !one.Loopback)];
        List<Finding> findings = [];
        foreach (Listener six in sockets.Where(static one => !one.Address.IsV4 && !V6Judge.IsLinkLocal(one.Address)).DistinctBy(static one => one.ToString()))
        {
            // Only IPv6 has these; and of [::] that takes IPv4 too, there is no other socket to find.
            if (six.Purpose == "dhcp-client" || (six.Protocol == "udp" && six.Port is 546 or 547) || six.TakesV4)
            {
                continue;
            }

            Listener[] four = [.. sockets.Where(one => one.TakesV4 && one.Protocol == six.Protocol && one.Port == six.Port)];
            bool wider = six.Wildcard && six.Device is null && four.Length > 0 && four.All(static one => !one.Wildcard || one.Device is not null);
            if (four.Length == 0 || wider)
            {
                string whose = six.Processes is [ListenerProcess first, ..] ? first.Name : six.Purpose;
                findings.Add(new Finding(six.ToString(), four.Length == 0
                    ? $"{(whose.Length > 0 ? whose : "something")} listens over IPv6 only"
                    : $"{(whose.Length > 0 ? whose : "something")} listens on every address of IPv6, but on {string.Join(", ", four.Select(static one => one.Address.ToString()).Distinct().Take(3))} only of IPv4",
                    new Remedy("Bind it to the same addresses over both, or to IPv4 only.")
                    {
                        Steps =
                        [
                            $"ss -Hlnp 'sport = :{six.Port}'    # whose it is",
                            six.Purpose == "ssh" ? "sshd: name its addresses with ListenAddress, or AddressFamily inet (SSH-04)" : $"set the listening address in the configuration of {(six.Unit ?? whose) switch { "" => "that program", string text => text }}",
                        ],
                        Risk = Risk.Service,
                        Undo = "set the former address again",
                    })
                {
                    Evidence = [new Evidence(EvidenceKind.Socket, six.ToString(), six.Unit ?? whose), .. four.Take(3).Select(static one => new Evidence(EvidenceKind.Socket, one.ToString(), one.Unit ?? ""))],
                });
            }
        }

        return Outcome.Of(findings, $"{sockets.Length} sockets were looked at", KernelJudge.Join([]));
    }
}
