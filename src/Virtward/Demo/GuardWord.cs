using System.Text.Json;
using Virtward.Core.Net;

namespace Virtward.Demo;

/// <summary>One object that <c>virtward guard run --json</c> has printed.</summary>
/// <param name="Type"><c>ready</c>, <c>ban</c>, <c>unban</c>, <c>siege</c> …</param>
/// <param name="Target">The address or prefix of a ban.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Members">How many attackers a prefix ban was made from.</param>
/// <param name="State"><c>began</c> or <c>ended</c> of a siege.</param>
public sealed record GuardWord(string Type, Prefix? Target, string Reason, int Members, string State)
{
    /// <summary>Whether the ban is of a subnet: more than one attacker, which is an IPv4 address or an IPv6 /64.</summary>
    public bool IsSubnet => Target is { } target && target.Length < (target.IsV4 ? 32 : 64);

    /// <summary>Reads a line; null where it is no JSON object with a type.</summary>
    public static GuardWord? Read(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return Text(root, "type") is not { Length: > 0 } type ? null : new GuardWord(
                type,
                Prefix.TryParse(Text(root, "address"), out Prefix target) ? target : null,
                Text(root, "reason"),
                root.TryGetProperty("members", out JsonElement members) && members.TryGetInt32(out int count) ? count : 0,
                Text(root, "state"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
