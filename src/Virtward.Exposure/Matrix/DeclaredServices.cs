using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Matrix;

/// <summary>What the policy says may be reached. What it does not say is judged by what an isolated KVM host should be.</summary>
/// <param name="services">The policy's services; empty: it declares none.</param>
public sealed class DeclaredServices(ImmutableArray<ServicePolicy> services)
{
    /// <summary>How it is to be seen, where all that is reached is declared; null: it is not declared, or not all of it.</summary>
    /// <param name="from">The zone that it is reached from.</param>
    /// <param name="to">Where it is: <see cref="ServicePolicy.Host"/> or a zone.</param>
    /// <param name="reached">The ports that are reached, by protocol; those of other protocols than TCP and UDP cannot be declared.</param>
    /// <param name="unlimited">Whether somebody reaches it as often as he likes.</param>
    public Concern? Of(string from, string to, IEnumerable<(int Protocol, PortSet Ports)> reached, bool unlimited)
    {
        ServicePolicy[] meant = [.. services.Where(service => service.To == to && service.From.Contains(from))];
        bool any = false;
        bool rated = false;
        foreach ((int protocol, PortSet ports) in reached)
        {
            ServicePolicy[] here = [.. meant.Where(service => service.Ports.Any(scope => (int)scope.Protocol == protocol && Overlaps(ports, scope)))];
            PortSet declared = PortSet.Of(here.SelectMany(static service => service.Ports).Where(scope => (int)scope.Protocol == protocol)
                .Select(static scope => new ValueRange(scope.From, scope.To)));
            if (!declared.Union(ports).Equals(declared))
            {
                return null;
            }

            any = true;
            rated |= here.Length > 0 && here.All(static service => service.Rate is not null);
        }

        // A rate that nobody enforces is to be looked at.
        return !any ? null : rated && unlimited ? Concern.Look : Concern.Fine;
    }

    private static bool Overlaps(PortSet ports, PortScope scope) => ports.Ranges.Any(range => range.First <= scope.To && range.Last >= scope.From);
}
