using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>A rule while its words are read: the statements, and the helpers that all matches and targets use.</summary>
internal sealed class RuleBuilder(TableBuilder table, ChainBuilder chain, int line)
{
    private List<Statement>? _first;

    public TableBuilder Table { get; } = table;

    public ChainBuilder Chain { get; } = chain;

    public bool V6 => Table.V6;

    /// <summary>The transport protocol that the rule asks for; 0 where none or all but one.</summary>
    public int Protocol { get; set; }

    public List<Statement> Statements { get; } = [];

    public PacketField Source => V6 ? PacketField.Ip6Saddr : PacketField.IpSaddr;

    public PacketField Destination => V6 ? PacketField.Ip6Daddr : PacketField.IpDaddr;

    public int AddressBits => V6 ? 128 : 32;

    public UInt128 AddressMask => V6 ? UInt128.MaxValue : uint.MaxValue;

    public string AddressType => V6 ? "ipv6_addr" : "ipv4_addr";

    /// <summary>The statements of the rule; twice where it is an "or", with nothing that both match.</summary>
    public IEnumerable<List<Statement>> Alternatives => _first is null ? [Statements] : [_first, Statements];

    public void Add(Statement statement)
    {
        Statements.Add(statement);
        _first?.Add(statement);
    }

    public void Match(Expression left, MatchOperator op, Expression right) => Add(new MatchStatement(left, op, right));

    public void Equal(PacketField field, bool negated, Expression right) => Equal(Make.Field(field), negated, right);

    public void Equal(Expression left, bool negated, Expression right) =>
        Match(left, negated ? MatchOperator.NotEqual : MatchOperator.Equal, right);

    /// <summary>Matches by time or luck, which no packet tells.</summary>
    /// <param name="what">What decides.</param>
    public void Sometimes(string what) => Equal(new LuckExpression(what), false, Make.Number(1));

    /// <summary>Says "either these or those": a packet must match only one of the two. False where the rule has an "or" already.</summary>
    public bool Either(IEnumerable<Statement> these, IEnumerable<Statement> those)
    {
        if (_first is not null)
        {
            return false;
        }

        _first = [.. Statements, .. these];
        Statements.AddRange(those);
        return true;
    }

    /// <summary>A condition that this reader cannot say: it may match or not, and a note tells of it.</summary>
    public void Opaque(string text, bool mayDecide = false)
    {
        Add(new OpaqueStatement(text, mayDecide));
        Table.Note(line, $"cannot interpret '{text}'");
    }

    /// <summary>A condition that no packet meets.</summary>
    public void Never() => Match(Make.Field(PacketField.MetaL4Proto), MatchOperator.Greater, Make.Number(255));

    public bool TryAddress(ReadOnlySpan<char> text, out UInt128 value) => V6 ? ValueText.TryIpv6(text, out value) : ValueText.TryIpv4(text, out value);

    /// <summary>Reads <c>10.0.0.1</c>, <c>10.0.0.0/8</c>, <c>10.0.0.1-10.0.0.9</c>.</summary>
    public bool TryAddresses(ReadOnlySpan<char> text, out ValueRange range) =>
        ValueText.TryParse(V6 ? DataType.Ipv6Address : DataType.Ipv4Address, AddressBits, text, out range);

    /// <summary>Reads an address with a mask of any form and adds the condition; false where it is none.</summary>
    public bool Address(Expression field, bool negated, string text)
    {
        if (TryAddresses(text, out ValueRange range))
        {
            Equal(field, negated, Make.Range(range));
            return true;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !TryAddress(text.AsSpan(0, slash), out UInt128 address) || !TryAddress(text.AsSpan(slash + 1), out UInt128 mask))
        {
            return false;
        }

        UInt128 host = AddressMask & ~mask;
        if ((host & (host + 1)) == 0)
        {
            Equal(field, negated, Make.Range(new ValueRange(address & mask, address | host)));
        }
        else
        {
            Equal(Make.And(field, mask), negated, Make.Number(address & mask));
        }

        return true;
    }

    /// <summary>A field under a mask; the field itself where the mask is full.</summary>
    public Expression Masked(PacketField address, UInt128 mask) =>
        mask == AddressMask ? Make.Field(address) : Make.And(Make.Field(address), mask);
}
