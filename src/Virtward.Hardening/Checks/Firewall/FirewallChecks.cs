using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class FirewallChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All =
    [
        Fw01.Check, Fw02.Check, Fw03.Check, Fw04.Check, Fw05.Check, Fw06.Check, Fw07.Check, Fw08.Check, Fw09.Check, Fw10.Check, Fw11.Check, Fw12.Check, Fw13.Check,
        Fw14.Check, Fw15.Check, Fw16.Check, Fw17.Check, Fw18.Check, Fw19.Check, Fw20.Check, Fw21.Check, Fw22.Check, Fw23.Check,
    ];
}
