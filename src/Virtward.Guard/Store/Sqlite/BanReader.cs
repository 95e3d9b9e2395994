using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>
/// Makes bans of rows, whose first columns are target, jail, origin, since, until, reason, sightings, members, repeats, simulated, ports.
/// Jails and ports are few, and most reasons are the same few sentences: those that are equal are one object, made once.
/// </summary>
public sealed class BanReader
{
    private const int LongestShared = 128;

    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<PortScope>> _ports = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <summary>A reader that has read nothing.</summary>
    public BanReader() => _lookup = _texts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The ban of a row.</summary>
    public Ban Read(Row row) => new()
    {
        Target = RowCodec.DecodeTarget(row.Bytes(0)),
        Jail = Text(row.Bytes(1)),
        Origin = RowCodec.Known((BanOrigin)row.Number(2)),
        Since = new UnixTime(row.Number(3)),
        Until = new UnixTime(row.Number(4)),
        Reason = Text(row.Bytes(5)),
        Sightings = RowCodec.DecodeCount(row.Number(6)),
        Members = RowCodec.DecodeCount(row.Number(7)),
        Repeats = RowCodec.DecodeCount(row.Number(8)),
        Simulated = row.Number(9) != 0,
        Ports = Ports(row.Bytes(10)),
    };

    private string Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestShared)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Span<char> chars = stackalloc char[LongestShared];
        ReadOnlySpan<char> text = chars[..Encoding.UTF8.GetChars(utf8, chars)];
        if (!_lookup.TryGetValue(text, out string? known))
        {
            known = text.ToString();
            _texts.Add(known);
        }

        return known;
    }

    private ImmutableArray<PortScope> Ports(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return [];
        }

        string text = Text(utf8);
        if (!_ports.TryGetValue(text, out ImmutableArray<PortScope> ports))
        {
            ports = RowCodec.DecodePorts(text);
            _ports.Add(text, ports);
        }

        return ports;
    }
}
