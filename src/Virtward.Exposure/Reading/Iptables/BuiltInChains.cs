using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Where the chains of iptables' own tables are attached (linux/netfilter_ipv4.h; the same for IPv6).</summary>
internal static class BuiltInChains
{
    /// <summary>Whether iptables has such a table.</summary>
    public static bool IsTable(string table) => Priority(table, false) is not null;

    /// <summary>The place of a chain; null where it is no built-in chain of the table.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="chain">The chain's name.</param>
    /// <param name="legacy">Whether the older engine runs it.</param>
    /// <param name="dropByDefault">Its policy.</param>
    public static BaseHook? Find(string table, string chain, bool legacy, bool dropByDefault)
    {
        Hook? hook = chain switch
        {
            "PREROUTING" when table is "raw" or "mangle" or "nat" => Hook.Prerouting,
            "INPUT" when table is not "raw" => Hook.Input,
            "FORWARD" when table is "mangle" or "filter" or "security" => Hook.Forward,
            "OUTPUT" => Hook.Output,
            "POSTROUTING" when table is "mangle" or "nat" => Hook.Postrouting,
            _ => null,
        };
        if (hook is null || Priority(table, legacy) is not int priority)
        {
            return null;
        }

        ChainType type = table switch
        {
            "nat" => ChainType.Nat,
            "mangle" when hook == Hook.Output => ChainType.Route,
            _ => ChainType.Filter,
        };

        // A flow's source is translated last: at postrouting, and at input for what ends here.
        int at = type == ChainType.Nat && hook is (Hook.Postrouting or Hook.Input) ? 100 : priority;
        return new BaseHook(type, hook.Value, at, [], dropByDefault);
    }

    // iptables-nft hangs the table security in at 150, the older engine at 50.
    private static int? Priority(string table, bool legacy) => table switch
    {
        "raw" => -300,
        "mangle" => -150,
        "nat" => -100,
        "filter" => 0,
        "security" => legacy ? 50 : 150,
        _ => null,
    };
}
