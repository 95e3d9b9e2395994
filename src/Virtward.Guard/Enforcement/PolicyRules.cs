using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// Puts the policy's part of our table back when somebody has flushed it: the rules of the file that is loaded at boot. The file is there from the moment on that an
/// administrator has confirmed its rules, and goes before they do: where there is none, nothing is put back.
/// </summary>
/// <param name="firewall">The kernel's rules.</param>
/// <param name="files">Where the file is read.</param>
/// <param name="path">Its path.</param>
/// <param name="report">Told that rules were put back (true), or why they could not be; a reason that stays is told once.</param>
public sealed class PolicyRules(IFirewall firewall, ITextFiles files, string path, Action<Result<bool>> report)
{
    /// <summary>The file on a host.</summary>
    public const string DefaultPath = "/etc/virtward/firewall.nft";

    // Every policy has these. What else it has stands or falls with them: a flush takes all, and single rules are nobody's to take.
    private static readonly string[] Chains = ["policy_early", "policy_input", "policy_forward"];

    private const int MaxFile = 4 * 1024 * 1024;

    private string? _told;

    /// <summary>Looks whether they are there, and loads them where they are not.</summary>
    /// <returns>Whether all is as it should be now.</returns>
    public bool Restore()
    {
        if (!files.Exists(path))
        {
            _told = null;
            return true;
        }

        Result<bool> result = Load();
        if (result.IsOk ? result.Value : _told != result.Problem.ToString())
        {
            report(result);
        }

        _told = result.Problem?.ToString();
        return result.IsOk;
    }

    private Result<bool> Load()
    {
        if (!firewall.ReadTable(GuardTable.Name).TryGet(out FirewallTable? table, out Problem? problem))
        {
            return problem;
        }

        if (!table.Dormant && Chains.All(table.Chains.ContainsKey))
        {
            return false;
        }

        return files.ReadText(path, MaxFile).TryGet(out string? script, out problem) && firewall.Apply(script).TryGet(out _, out problem) ? true : problem!;
    }
}
