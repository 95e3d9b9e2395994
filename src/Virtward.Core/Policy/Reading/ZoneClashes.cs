namespace Virtward.Core.Policy.Reading;

/// <summary>
/// Finds zones that say the same of a packet. An interface may be in two zones where one of them names networks: those are its part of it. A network
/// inside another zone's larger one is a part of it, too.
/// </summary>
internal static class ZoneClashes
{
    /// <summary>Tells of every pair, at the later of the two.</summary>
    /// <param name="zones">The zones with their places in the text, in its order.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static void Check(IReadOnlyList<(ZonePolicy Zone, Section Keys)> zones, ProblemList problems)
    {
        for (int i = 1; i < zones.Count; i++)
        {
            (ZonePolicy zone, Section keys) = zones[i];
            foreach ((ZonePolicy other, _) in zones.Take(i))
            {
                if (Shared(zone, other) is not var (key, text))
                {
                    continue;
                }

                YamlItem at = keys.Items(key).FirstOrDefault(item => item is YamlText written && Same(key, written.Text, text)) ?? keys.Find(key)!;
                problems.Add(at, $"{text} is in the zones {other.Name} and {zone.Name}", "a packet is from one zone: take it out of one of them");
                if (problems.IsFull)
                {
                    return;
                }
            }
        }
    }

    /// <summary>The key and the value of what both hold.</summary>
    private static (string Key, string Text)? Shared(ZonePolicy one, ZonePolicy other)
    {
        string? device = one.Interfaces.FirstOrDefault(other.Interfaces.Contains);
        bool apart = !one.Interfaces.IsEmpty && !other.Interfaces.IsEmpty && device is null;
        if (!apart && one.Sources.Any(other.Sources.Contains))
        {
            return ("sources", one.Sources.First(other.Sources.Contains).ToString());
        }

        return device is not null && one.Sources.IsEmpty && other.Sources.IsEmpty ? ("interfaces", device) : null;
    }

    // One network can be written in several ways (an address, or its /32).
    private static bool Same(string key, string written, string text) =>
        key == "interfaces" ? written == text : Net.Prefix.TryParseLenient(written, out Net.Prefix network, out _) && network.ToString() == text;
}
