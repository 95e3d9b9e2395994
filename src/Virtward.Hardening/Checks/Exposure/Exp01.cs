using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-01.</summary>
public static class Exp01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-01",
        Severity = Severity.Critical,
        Title = "nothing but the VPN answers the Internet",
        Why = "Whoever gets into this host has every guest, its disks and its memory. Each socket that the Internet reaches is a program that must never have a hole; "
            + "with the VPN in front there is one such program instead of many.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (!Reach.Has(facts, Zone.Internet))
        {
            return Outcome.Unknown("no interface of this host belongs to the zone internet, so that nobody can say what the Internet reaches: name it in the policy");
        }

        return Reach.Judge(
            facts, Reach.Rows(facts).Where(static row => row.Endpoint.Place == EndpointPlace.Host && row.Endpoint.Service.Kind != ServiceKind.Vpn),
            $"of {Reach.Rows(facts).Count(static row => row.Endpoint.Place == EndpointPlace.Host)} sockets none but the VPN's is reached from the Internet", null,
            static row => SeverityOf(row.Endpoint.Service.Kind), Zone.Internet);
    }

    // Names, addresses and the time: no way in by themselves, but used in attacks on others.
    private static Severity? SeverityOf(ServiceKind kind) => kind switch
    {
        ServiceKind.Dns or ServiceKind.Dhcp or ServiceKind.Discovery => Severity.High,
        _ => null,
    };
}
