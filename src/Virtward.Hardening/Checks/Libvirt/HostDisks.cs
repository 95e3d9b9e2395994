using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>The block devices that the host itself has mounted, or swaps to.</summary>
/// <param name="Used">By device: what for.</param>
/// <param name="Problem">Why they are not known; null: they are.</param>
internal sealed record HostDisks(ImmutableSortedDictionary<string, string> Used, string? Problem)
{
    /// <summary>Reads <c>/proc/self/mounts</c> and <c>/proc/swaps</c>.</summary>
    public static HostDisks Read(FileFacts files)
    {
        ImmutableSortedDictionary<string, string>.Builder used = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        ConfigFile? mounts = files.Find("/proc/self/mounts");
        foreach (string[] words in (mounts?.Lines ?? []).Select(static line => line.Split(' ')))
        {
            if (words.Length >= 2 && words[0].StartsWith("/dev/", StringComparison.Ordinal))
            {
                used.TryAdd(words[0], $"mounted at {words[1]}");
            }
        }

        foreach (string[] words in (files.Find("/proc/swaps")?.Lines ?? []).Select(static line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words.Length >= 2 && words[0].StartsWith("/dev/", StringComparison.Ordinal))
            {
                used.TryAdd(words[0], "swap");
            }
        }

        return new HostDisks(used.ToImmutable(), mounts is null ? files.Why("/proc/self/mounts") ?? "what the host has mounted is not known" : null);
    }

    /// <summary>Why a device is the host's own: it, or a partition of it, is in use; null: it is not known to be.</summary>
    public string? WhyOwn(string device) => Used.TryGetValue(device, out string? use) ? use
        : Used.FirstOrDefault(pair => IsPartition(pair.Key, device)) is { Key: string part, Value: string why } ? $"{part} is {why}"
        : null;

    // sda1 of sda, nvme0n1p2 of nvme0n1.
    private static bool IsPartition(string part, string disk) =>
        disk.Length > 5 && part.Length > disk.Length && part.StartsWith(disk, StringComparison.Ordinal)
        && (char.IsAsciiDigit(disk[^1]) ? part[disk.Length] == 'p' && part.Length > disk.Length + 1 && part[(disk.Length + 1)..].All(char.IsAsciiDigit) : part[disk.Length..].All(char.IsAsciiDigit));
}
