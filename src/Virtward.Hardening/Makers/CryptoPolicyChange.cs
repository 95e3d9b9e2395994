using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>
/// Out of LEGACY, the crypto policy of RHEL's family that allows what is broken to every program of the host: update-crypto-policies(8). What was chosen besides it
/// (<c>LEGACY:AD-SUPPORT</c>) stays.
/// </summary>
public static class CryptoPolicyChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "crypto.policy";

    private const string Legacy = "LEGACY";
    private const string Program = "update-crypto-policies";
    private const string Package = "crypto-policies-scripts";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Ssh.Managed || facts.Distribution.Family != Family.Rhel || Ssh09.Policy(facts) is not string now || !(now == Legacy || now.StartsWith(Legacy + ":", StringComparison.Ordinal)))
        {
            return MadeChanges.None;
        }

        // It goes onto a command line.
        string wanted = "DEFAULT" + now[Legacy.Length..];
        if (!facts.Packages.Has(Package) || !wanted.All(static c => char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '_' or '.'))
        {
            return MadeChanges.Only($"the crypto policy {now} is left as it is, for {(facts.Packages.Has(Package) ? "its name is none that a program may be given" : $"{Program} is not there (dnf install {Package})")} (SSH-09)");
        }

        return MadeChanges.Of(new Change(Id, $"set the system's crypto policy to {wanted}", "LEGACY lets every program of the host agree on ciphers and keys that are broken.")
        {
            Checks = [Ssh09.Check.Id],
            Risk = ChangeRisk.LockOut,
            Steps =
            [
                new CommandStep("the system's crypto policy", [Program, "--show"], wanted, [[Program, "--set", wanted]], [[Program, "--set", "{before}"]])
                {
                    // It writes files and asks no service.
                    UndoAtBoot = [[Program, "--set", "{before}"]],
                },
            ],
            Proofs = [new Proof(["sshd", "-t"], "sshd accepts its configuration")],
            Effects = facts.Units.IsActive("sshd.service") ? [new UnitEffect("sshd.service", UnitEffectKind.Reload)] : [],
        });
    }
}
