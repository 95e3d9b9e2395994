using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Kernel;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>A setting that each interface has, gathered over the interfaces.</summary>
/// <param name="Facts">The host.</param>
/// <param name="V6">Of IPv6, else of IPv4.</param>
/// <param name="Name">Its name: <c>accept_redirects</c>.</param>
internal sealed record InterfaceRule(AuditFacts Facts, bool V6, string Name)
{
    private readonly List<string> _bad = [];

    /// <summary>What was not known.</summary>
    public List<string> Unseen { get; } = [];

    /// <summary>The setting's name over all interfaces, for a subject.</summary>
    public string Subject => $"net.{(V6 ? "ipv6" : "ipv4")}.conf.*.{Name}";

    /// <summary>The settings that will not do.</summary>
    public IReadOnlyList<string> Bad => _bad;

    /// <summary>A value; null, and noted, where it is not known.</summary>
    public int? Read(string device)
    {
        int? value = Facts.Kernel.Number(V6, device, Name);
        if (value is null)
        {
            Unseen.Add($"{KernelFacts.NameOf(KernelFacts.PathOf(V6, device, Name))} is not known");
        }

        return value;
    }

    /// <summary>An interface's setting will not do.</summary>
    public void Blame(string device) => _bad.Add(KernelFacts.NameOf(KernelFacts.PathOf(V6, device, Name)));

    /// <summary>The finding; null: none.</summary>
    public Finding? Finding(string what, int wanted, Risk risk = Risk.None, Severity? severity = null) =>
        _bad.Count == 0 ? null : KernelJudge.Tell(Facts, Subject, what, _bad, wanted, risk, severity);
}
