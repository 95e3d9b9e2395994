using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>Reads <c>ip -j -d link</c> and <c>ip -j -d addr</c> once more, for what only an audit asks.</summary>
internal static class LinkDetailReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>The interfaces; none, and why, where they could not be read.</summary>
    public static ImmutableArray<LinkDetail> Read(Snapshot snapshot, out string? problem)
    {
        problem = null;
        Dictionary<string, JsonElement> addresses = new(StringComparer.Ordinal);
        try
        {
            if (snapshot.Text(SnapshotNames.Links) is not string links || snapshot.Text(SnapshotNames.Addresses) is not string addressText)
            {
                string missing = snapshot.Text(SnapshotNames.Links) is null ? SnapshotNames.Links : SnapshotNames.Addresses;
                problem = snapshot.Missing.GetValueOrDefault(missing, $"the snapshot has no {missing}");
                return [];
            }

            foreach (JsonElement one in Objects(addressText))
            {
                addresses[Text(one, "ifname")] = one;
            }

            return [.. Objects(links).Select(one => Link(one, addresses)).Where(static link => link.Name.Length > 0)];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            problem = $"{SnapshotNames.Links} or {SnapshotNames.Addresses} is not what ip prints";
            return [];
        }
    }

    private static LinkDetail Link(JsonElement link, Dictionary<string, JsonElement> addresses)
    {
        string name = Text(link, "ifname");
        JsonElement info = Member(link, "linkinfo");
        JsonElement data = Member(info, "info_data");
        JsonElement[] own = addresses.TryGetValue(name, out JsonElement entry) && Member(entry, "addr_info") is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.Object).Take(2000)]
            : [];
        return new LinkDetail(name)
        {
            Kind = Text(info, "info_kind"),
            Master = Text(link, "master"),
            SetPromiscuous = Member(link, "flags") is { ValueKind: JsonValueKind.Array } flags
                && flags.EnumerateArray().Any(static flag => flag.ValueKind == JsonValueKind.String && flag.GetString() == "PROMISC"),
            Promiscuity = Number(link, "promiscuity") ?? 0,
            SpanningTree = Number(data, "stp_state") is int state ? state != 0 : null,
            VlanFiltering = Number(data, "vlan_filtering") is 1,
            Tap = Text(info, "info_kind") == "tun" && Text(data, "type") == "tap",
            DynamicAddress = own.Where(static one => Text(one, "family") == "inet" && Member(one, "dynamic").ValueKind == JsonValueKind.True)
                .Select(static one => Text(one, "local")).FirstOrDefault(),
            DuplicateAddress = own.Where(static one => Member(one, "dadfailed").ValueKind == JsonValueKind.True).Select(static one => Text(one, "local")).FirstOrDefault(),
        };
    }

    private static IEnumerable<JsonElement> Objects(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text, Options);
        return document.RootElement.ValueKind == JsonValueKind.Array
            ? [.. document.RootElement.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.Object).Select(static one => one.Clone())]
            : [];
    }

    private static JsonElement Member(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string Text(JsonElement item, string name) => Member(item, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() ?? "" : "";

    private static int? Number(JsonElement item, string name) =>
        Member(item, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) ? number : null;
}
