using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Nftables;

/// <summary>Makes values of nf_tables' answers. Attributes that are missing or too short leave the value out.</summary>
public sealed class TableReader
{
    private readonly ImmutableDictionary<string, FirewallSet>.Builder _sets = ImmutableDictionary.CreateBuilder<string, FirewallSet>();
    private readonly Dictionary<string, FirewallChain> _chains = [];
    private readonly string _table;

    /// <summary>Reads one table.</summary>
    /// <param name="table">Its name; what the kernel says of others is left out.</param>
    public TableReader(string table) => _table = table;

    /// <summary>What has been read.</summary>
    public FirewallTable Table(bool dormant) => new(_sets.ToImmutable(), _chains.ToImmutableDictionary()) { Dormant = dormant };

    /// <summary>Takes a set.</summary>
    public void AddSet(ReadOnlySpan<byte> attributes)
    {
        uint flags = NetlinkAttributes.UInt32(NetlinkAttributes.Find(attributes, NfTables.SetFlags));
        if (!IsOurs(attributes) || (flags & NfTables.SetAnonymous) != 0)
        {
            return;
        }

        _sets[NetlinkAttributes.Text(NetlinkAttributes.Find(attributes, NfTables.SetName))] = new FirewallSet(
            (int)NetlinkAttributes.UInt32(NetlinkAttributes.Find(attributes, NfTables.SetKeyLength)),
            (flags & NfTables.SetTimeout) != 0,
            (flags & NfTables.SetInterval) != 0,
            !NetlinkAttributes.Find(attributes, NfTables.SetExpression).IsEmpty
                || !NetlinkAttributes.Find(attributes, NfTables.SetExpressions).IsEmpty);
    }

    /// <summary>Takes a chain.</summary>
    public void AddChain(ReadOnlySpan<byte> attributes)
    {
        if (IsOurs(attributes))
        {
            ulong digest = Digest.Add(Digest.Empty, NetlinkAttributes.Find(attributes, NfTables.ChainHook));
            digest = Digest.Add(digest, NetlinkAttributes.Find(attributes, NfTables.ChainPolicy));
            _chains[NetlinkAttributes.Text(NetlinkAttributes.Find(attributes, NfTables.ChainName))] = new FirewallChain(0, digest);
        }
    }

    /// <summary>Takes a rule; its chain has been taken before.</summary>
    public void AddRule(ReadOnlySpan<byte> attributes)
    {
        string chain = NetlinkAttributes.Text(NetlinkAttributes.Find(attributes, NfTables.RuleChain));
        if (!IsOurs(attributes) || !_chains.TryGetValue(chain, out FirewallChain before))
        {
            return;
        }

        ulong digest = Digest.Add(before.Digest, "rule"u8);
        var expressions = new NetlinkAttributes(NetlinkAttributes.Find(attributes, NfTables.RuleExpressions));
        while (expressions.TryRead(out _, out ReadOnlySpan<byte> expression))
        {
            ReadOnlySpan<byte> name = NetlinkAttributes.Find(expression, NfTables.ExpressionName);
            digest = Digest.Add(digest, name);
            if (!name.SequenceEqual("counter\0"u8))
            {
                digest = Digest.Add(digest, NetlinkAttributes.Find(expression, NfTables.ExpressionData));
            }
        }

        _chains[chain] = new FirewallChain(before.Rules + 1, digest);
    }

    /// <summary>Reads one element of a set; null where its key is no address.</summary>
    public static FirewallElement? Element(ReadOnlySpan<byte> attributes)
    {
        ReadOnlySpan<byte> key = NetlinkAttributes.Find(NetlinkAttributes.Find(attributes, NfTables.ElementKey), NfTables.DataValue);
        if (NetlinkAttributes.ToAddress(key) is not { } address)
        {
            return null;
        }

        // An element that is shared by several expressions holds them in a list, one of its own alone.
        ReadOnlySpan<byte> expression = NetlinkAttributes.Find(attributes, NfTables.ElementExpression);
        if (expression.IsEmpty)
        {
            expression = NetlinkAttributes.Find(NetlinkAttributes.Find(attributes, NfTables.ElementExpressions), NfTables.ListElement);
        }

        ReadOnlySpan<byte> expiration = NetlinkAttributes.Find(attributes, NfTables.ElementExpiration);
        return new FirewallElement(
            address,
            expiration.Length < 8 ? null : TimeSpan.FromMilliseconds(Math.Min(NetlinkAttributes.UInt64(expiration), long.MaxValue / 20_000)),
            NetlinkAttributes.Find(expression, NfTables.ExpressionName).SequenceEqual("counter\0"u8)
                ? Counter(NetlinkAttributes.Find(expression, NfTables.ExpressionData))
                : default);
    }

    /// <summary>Reads a counter's attributes.</summary>
    public static PacketCount Counter(ReadOnlySpan<byte> attributes) => new(
        NetlinkAttributes.UInt64(NetlinkAttributes.Find(attributes, NfTables.CounterPackets)),
        NetlinkAttributes.UInt64(NetlinkAttributes.Find(attributes, NfTables.CounterBytes)));

    // Table names are attribute 1 of sets, chains and rules alike.
    private bool IsOurs(ReadOnlySpan<byte> attributes) =>
        NetlinkAttributes.Text(NetlinkAttributes.Find(attributes, NfTables.TableName)) == _table;

    // FNV-1a of 64 bits: it tells a chain from its changed self; nobody is to be convinced by it.
    private static class Digest
    {
        internal const ulong Empty = 0xcbf29ce484222325;

        internal static ulong Add(ulong digest, ReadOnlySpan<byte> bytes)
        {
            foreach (byte b in bytes)
            {
                digest = (digest ^ b) * 0x100000001b3;
            }

            return digest;
        }
    }
}
