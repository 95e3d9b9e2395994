using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>
/// What is asked about the images of the guests that are defined, and how the answers are read. An image is never probed: a guest could have
/// written another format's header into its raw disk. It is opened as what the XML says, and raw ones are not opened at all: they have nothing below.
/// </summary>
internal static class ImageQuestions
{
    /// <summary>The output of stat(1) about images and the directories above them.</summary>
    public const string States = SnapshotNames.Audit + "image-states.txt";

    private const string Chains = SnapshotNames.Audit + "image-";
    private const int MaxImages = 200;
    private const int MaxPaths = 2000;
    private const int MaxChain = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly ImmutableArray<string> WithBacking = ["qcow2", "qed", "vmdk", "qcow"];

    /// <summary>The questions.</summary>
    public static IEnumerable<CommandSource> Of(Snapshot snapshot)
    {
        List<Problem> ignored = [];
        GuestDisk[] disks = [.. HypervisorFacts.ReadGuests(snapshot, ignored).SelectMany(static guest => guest.Forms).SelectMany(static form => form.Disks)];
        string[] images = [.. disks.Where(static disk => IsPath(disk.Source)).Select(static disk => disk.Source).Distinct().Take(MaxImages)];
        if (images.Length == 0)
        {
            yield break;
        }

        string[] paths =
        [
            .. images.Concat(disks.SelectMany(static disk => disk.Backing).Where(IsPath)).SelectMany(Above).Distinct().Order(StringComparer.Ordinal).Take(MaxPaths),
        ];
        yield return new CommandSource(States, Command.Of("stat", ["-L", "--printf", "%a %u %g %F\\t%n\\n", "--", .. paths]) with { TimeLimit = Limit }) { GoodCodes = [0, 1] };
        foreach ((string path, string format) in disks.Where(static disk => IsPath(disk.Source) && WithBacking.Contains(disk.Format))
            .Select(static disk => (disk.Source, disk.Format)).DistinctBy(static pair => pair.Source).Take(MaxImages))
        {
            // Whoever made the image may have made it to use up memory and time.
            yield return new CommandSource(
                NameOf(path),
                Command.Of("prlimit", "--as=1073741824", "--cpu=4", "--", "qemu-img", "info", "-U", "--backing-chain", "--output=json", "-f", format, "--", path) with
                {
                    TimeLimit = Limit,
                    MaxOutput = 256 * 1024,
                });
        }
    }

    /// <summary>Of the questions, that about rights alone: no image is opened for it.</summary>
    public static IEnumerable<CommandSource> Rights(Snapshot snapshot) => Of(snapshot).Where(static source => source.Name == States);

    /// <summary>The name of an image's answer in the snapshot.</summary>
    public static string NameOf(string path) => $"{Chains}{Snapshot.NamePart(path)}.json";

    /// <summary>Reads an answer; null where it is none.</summary>
    public static DiskImage? Read(string path, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            JsonElement[] chain = document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.Object).Take(MaxChain)]
                : [];
            return chain.Length == 0 ? null : new DiskImage(
                path,
                [.. chain.Skip(1).Select(static one => one.Text("filename") ?? "?")],
                [.. chain.SelectMany(Times)])
            {
                Probing = [.. chain.Where(static one => one.Text("backing-filename") is not null && one.Text("backing-filename-format") is null).Select(static one => one.Text("filename") ?? "?")],
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads what stat printed.</summary>
    public static ImmutableSortedDictionary<string, ImageState> ReadStates(string text)
    {
        ImmutableSortedDictionary<string, ImageState>.Builder states = ImmutableSortedDictionary.CreateBuilder<string, ImageState>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            string[] parts = line.Split('\t', 2);
            string[] words = parts[0].Split(' ', 4);
            if (parts.Length == 2 && words.Length == 4 && TryOctal(words[0], out int mode)
                && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long uid)
                && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long gid))
            {
                states[parts[1]] = new ImageState(parts[1], mode, uid, gid, words[3]);
            }
        }

        return states.ToImmutable();
    }

    /// <summary>A path and the directories above it.</summary>
    public static IEnumerable<string> Above(string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            yield return path[..end];
        }
    }

    private static bool IsPath(string source) =>
        source.StartsWith('/') && source.Length < 2000 && !source.AsSpan().ContainsAny('\n', '\t', '\0') && source.Count(static c => c == '/') < 40;

    private static IEnumerable<DateTimeOffset> Times(JsonElement image)
    {
        if (!image.TryGetProperty("snapshots", out JsonElement snapshots) || snapshots.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (JsonElement one in snapshots.EnumerateArray().Take(1000))
        {
            if (one.ValueKind == JsonValueKind.Object && one.TryGetProperty("date-sec", out JsonElement date) && date.ValueKind == JsonValueKind.Number
                && date.TryGetInt64(out long seconds) && seconds is > 0 and < 253_402_300_800)
            {
                yield return DateTimeOffset.FromUnixTimeSeconds(seconds);
            }
        }
    }

    private static string? Text(this JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryOctal(string text, out int value)
    {
        value = 0;
        foreach (char c in text)
        {
            if (c is < '0' or > '7' || value > 0xFFFF)
            {
                return false;
            }

            value = (value * 8) + (c - '0');
        }

        return text.Length > 0;
    }
}
