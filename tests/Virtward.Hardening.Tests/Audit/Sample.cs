using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Audit;

/// <summary>Checks that come out as a test wants, and a report of them.</summary>
internal static class Sample
{
    public static Check Passing(string id, Severity severity = Severity.Medium) => Make(id, severity, static _ => Outcome.Pass("it was seen"));

    public static Check Failing(string id, Severity severity, params string[] subjects) => Make(id, severity, _ => Outcome.Of(
        subjects.Select(subject => new Finding(subject, "is <open> & \"wide\"", new Remedy("Close it.") { Steps = ["systemctl mask x"], Risk = Risk.Lockout | Risk.Guests, Undo = "unmask it" })
        {
            Evidence = [Evidence.OfLine("/etc/x y.conf", 7, "open = yes"), Evidence.OfSetting("net.x", "1")],
        }), "", "the rest"));

    public static Check Unknown(string id, Severity severity = Severity.High) => Make(id, severity, static _ => Outcome.Unknown("it needs root"));

    public static Check Foreign(string id) => Make(id, Severity.Low, static _ => Outcome.NotApplicable("there is none"));

    public static Check Broken(string id) => Make(id, Severity.Low, static _ => throw new InvalidOperationException("bug"));

    public static AuditReport Report(params Check[] checks) => Report("version: 1\n", checks);

    public static AuditReport Report(string policy, params Check[] checks)
    {
        HostPolicy read = PolicyReader.Read(policy, "p").Policy!;
        AuditFacts facts = new TestHost().Listeners(TestHost.Socket("tcp", "0.0.0.0", 5900, "vnc", "qemu-system-x86"), TestHost.Socket("tcp", "127.0.0.1", 25, "smtp", "exim4")).Facts(policy: read);
        return Auditor.Run(facts, [.. checks], read.Audit.Waivers, static _ => { }, CancellationToken.None);
    }

    private static Check Make(string id, Severity severity, Func<AuditFacts, Outcome> judge) =>
        new() { Id = id, Severity = severity, Title = $"{id} holds", Why = "It matters.", Judge = judge };
}
