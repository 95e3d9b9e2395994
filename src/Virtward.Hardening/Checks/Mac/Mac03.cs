using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Checks.Mac;

/// <summary>Images have the labels that sVirt works by.</summary>
public static class Mac03
{
    private const int Shown = 50;

    // At rest; of a running guest; of media that several read.
    private static readonly string[] Good = ["virt_image_t", "svirt_image_t", "virt_content_t", "svirt_tmpfs_t"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "MAC-03",
        Severity = Severity.Medium,
        Title = "images and the pools' directories have the labels that sVirt works by",
        Why = "sVirt keeps guests apart by the labels of their images. An image or a pool with another label makes administrators switch SELinux off to get a guest started, or lies open to other services.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Access.SelinuxEnforces is null)
        {
            return facts.Access.KernelWasSeen ? Outcome.NotApplicable("SELinux is not on (MAC-01 says whether that is right)")
                : Outcome.Unknown("the running kernel was not seen");
        }

        var findings = new List<Finding>();
        string? unseen = facts.Files.StatesProblem;
        bool hasImages = facts.Files.States.Any(static state => state.Path.StartsWith(AccessSources.Images + "/", StringComparison.Ordinal) && state.Kind == "file");
        if (facts.Output(AccessSources.Labels) is string labels)
        {
            findings.AddRange(Images(labels).Take(Shown));
        }
        else if (hasImages)
        {
            unseen ??= $"the labels of the images are not known: {facts.Why(AccessSources.Labels)}";
        }

        if (facts.Output(AccessSources.PoolLabels) is string pools)
        {
            findings.AddRange(Pools(pools).Take(Shown));
        }
        else if (PoolDirectories.Of(facts.Snapshot).Any())
        {
            unseen ??= $"the labels that the pools should have are not known: {facts.Why(AccessSources.PoolLabels)}";
        }
        else
        {
            unseen ??= facts.Files.WhyIn("/etc/libvirt/storage");
        }

        if (!facts.Host.Meta.Root && !hasImages)
        {
            unseen ??= $"it needs root to see the files in {AccessSources.Images}";
        }

        return Outcome.Of(findings, "every image has a label of sVirt's, and every pool's directory asks for one", unseen);
    }

    // "/var/lib/libvirt/images/a.qcow2 has context unconfined_u:object_r:default_t:s0, should be system_u:object_r:virt_image_t:s0"
    private static IEnumerable<Finding> Images(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            int has = line.IndexOf(" has context ", StringComparison.Ordinal);
            if (has > 0 && !Good.Contains(TypeOf(line[(has + 13)..].Split(',')[0])))
            {
                string path = line[..has];
                yield return new Finding(path, $"its label is {TypeOf(line[(has + 13)..].Split(',')[0])}",
                    new Remedy("Give it its label back, with the guest shut down.")
                {
                    Steps = [$"restorecon -v '{path}'"],
                    Risk = Risk.Guests,
                })
                { Evidence = [new Evidence(EvidenceKind.Output, "matchpathcon -V", line.Trim())] };
            }
        }
    }

    // "/srv/vm/image.qcow2<TAB>system_u:object_r:var_t:s0"
    private static IEnumerable<Finding> Pools(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            int tab = line.IndexOf('\t', StringComparison.Ordinal);
            int slash = tab < 0 ? -1 : line.LastIndexOf('/', tab);
            if (slash > 0 && !Good.Contains(TypeOf(line[(tab + 1)..].Trim())))
            {
                string pool = line[..slash];
                yield return new Finding($"pool {pool}", $"new images in it get the label {TypeOf(line[(tab + 1)..].Trim())}",
                    new Remedy("Tell SELinux that images lie there, and label what is there while no guest uses it.")
                {
                    Steps = [$"semanage fcontext -a -t virt_image_t '{pool}(/.*)?'", $"restorecon -Rv {pool}"],
                    Risk = Risk.Guests,
                    Undo = $"semanage fcontext -d '{pool}(/.*)?'",
                })
                { Evidence = [new Evidence(EvidenceKind.Output, "matchpathcon", line.Replace('\t', ' ').Trim())] };
            }
        }
    }

    // "system_u:object_r:virt_image_t:s0:c1,c2"
    private static string TypeOf(string context) => context.Split(':') is { Length: > 2 } parts ? parts[2] : context.Trim();
}
