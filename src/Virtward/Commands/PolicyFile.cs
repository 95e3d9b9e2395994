using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Results;
using Virtward.Guard.Filters;

namespace Virtward.Commands;

/// <summary>Finds and reads the policy that a command works with.</summary>
public static class PolicyFile
{
    /// <summary>Where the host's policy is.</summary>
    public const string Default = "/etc/virtward/policy.yaml";

    private const int MaxBytes = 1024 * 1024;

    /// <summary>
    /// Reads the policy that was named, else the host's, else the built-in one; all mistakes are told of on stderr.
    /// </summary>
    /// <param name="host">The streams.</param>
    /// <param name="files">Where it is read from.</param>
    /// <param name="named">The path given on the command line; null where none was.</param>
    /// <returns>The policy, or null after its problems were told.</returns>
    public static HostPolicy? Load(CommandHost host, ITextFiles files, string? named)
    {
        if (named is null && !files.Exists(Default))
        {
            return DefaultPolicy.Read();
        }

        string path = named is null ? Default : Path.GetFullPath(named);
        if (!files.ReadText(path, MaxBytes).TryGet(out string? text, out Problem? problem))
        {
            host.Fail(problem);
            return null;
        }

        PolicyReading reading = PolicyReader.Read(text, named ?? path, FilterLibrary.Names);
        if (reading.Policy is null)
        {
            host.Fail(reading.Problems);
        }

        return reading.Policy;
    }

    /// <summary>A policy in which one filter alone is at work: its jail where the policy has one, else one with the usual limits.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="filter">The filter.</param>
    public static HostPolicy With(HostPolicy policy, FilterReference filter)
    {
        JailPolicy? own = policy.Guard.Jails.FirstOrDefault(jail => jail.Filter.Name == filter.Name);
        JailPolicy alone = own is null
            ? new JailPolicy { Name = Path.GetFileNameWithoutExtension(filter.Name), Filter = filter, Increment = new IncrementPolicy() }
            : own with { Filter = filter };
        return policy with { Guard = policy.Guard with { Jails = ImmutableArray.Create(alone) } };
    }
}
