using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Sightings;

namespace Virtward.Output;

/// <summary>
/// The guard's events as NDJSON: one JSON object a line, the shape of <c>guard replay --json</c> and <c>guard run --json</c>
/// (docs/events.md). Written into a buffer that the caller empties.
/// </summary>
public sealed class EventJson : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly Utf8JsonWriter _writer;

    /// <summary>An empty buffer.</summary>
    public EventJson()
    {
        _writer = new Utf8JsonWriter(_buffer);
    }

    /// <summary>What was written since the last <see cref="Clear"/>: whole lines.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>Empties the buffer.</summary>
    public void Clear() => _buffer.ResetWrittenCount();

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>A decision of the guard.</summary>
    public void Write(GuardEvent happened)
    {
        switch (happened)
        {
            case GuardEvent.Banned e:
                Begin("ban", e.Time);
                WriteBan(e.Ban);
                break;
            case GuardEvent.Unbanned e:
                Begin("unban", e.Time);
                _writer.WriteString("address", e.Ban.Target.ToString());
                _writer.WriteString("jail", e.Ban.Jail);
                _writer.WriteString("cause", CauseWord(e.Cause));
                break;
            case GuardEvent.Spared e:
                Begin("spared", e.Time);
                WriteBan(e.Ban);
                break;
            case GuardEvent.SiegeBegan e:
                Begin("siege", e.Time);
                _writer.WriteString("state", "began");
                _writer.WriteString("reason", e.Reason);
                break;
            case GuardEvent.SiegeEnded e:
                Begin("siege", e.Time);
                _writer.WriteString("state", "ended");
                _writer.WriteNumber("seconds", (long)e.Lasted.TotalSeconds);
                break;
            default:
                throw new InvalidOperationException($"no JSON form for {happened.GetType().Name}");
        }

        End();
    }

    /// <summary>A sighting.</summary>
    public void Write(string filter, in Sighting sighting)
    {
        Begin("sighting", sighting.Time);
        WriteAddress(sighting.Address);
        _writer.WriteString("filter", filter);
        WriteHostile("user", sighting.User);
        _writer.WriteString("rule", sighting.Rule);
        _writer.WriteString("kind", KindWord(sighting.Kind));
        _writer.WriteNumber("attempts", sighting.Attempts);
        End();
    }

    /// <summary>
    /// What a filter made of a line: <c>{"line":7,"matched":true,"address":…}</c>, as <c>guard test-filter --json</c> prints it. It
    /// matched where it tells of a failure, which is fail2ban's verdict too; what is understood and harmless has its members all the same.
    /// </summary>
    public void WriteLine(long number, in Sighting sighting)
    {
        BeginLine(number, sighting.Kind == SightingKind.Failure);
        WriteAddress(sighting.Address);
        WriteHostile("user", sighting.User);
        _writer.WriteString("time", sighting.Time.ToString());
        _writer.WriteString("rule", sighting.Rule);
        _writer.WriteString("kind", KindWord(sighting.Kind));
        _writer.WriteNumber("attempts", sighting.Attempts);
        End();
    }

    /// <summary>A line that named no address. It has the same members as the others.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="kind">What it tells; null where no rule matched.</param>
    public void WriteLine(long number, SightingKind? kind)
    {
        BeginLine(number, kind == SightingKind.Failure);
        _writer.WriteNull("address");
        _writer.WriteNull("user");
        _writer.WriteNull("time");
        _writer.WriteNull("rule");
        _writer.WriteString("kind", kind is { } known ? KindWord(known) : null);
        _writer.WriteNumber("attempts", 0);
        End();
    }

    /// <summary>A line with only a type and a time, such as <c>ready</c>.</summary>
    public void WriteMark(string type, UnixTime time)
    {
        Begin(type, time);
        End();
    }

    /// <summary>The word for a sighting's kind in JSON and in text.</summary>
    public static string KindWord(SightingKind kind) => kind switch
    {
        SightingKind.Failure => "failure",
        SightingKind.Success => "success",
        _ => "ignored",
    };

    /// <summary>The word for why a ban is over, in JSON and in text.</summary>
    public static string CauseWord(UnbanCause cause) => cause switch
    {
        UnbanCause.Expired => "expired",
        UnbanCause.Folded => "folded",
        UnbanCause.ByHand => "by-hand",
        UnbanCause.NeverBan => "never-ban",
        UnbanCause.Replaced => "replaced",
        _ => cause.ToString(),
    };

    /// <summary>The word for who decided, in JSON and in text.</summary>
    public static string OriginWord(BanOrigin origin) => origin switch
    {
        BanOrigin.Jail => "jail",
        BanOrigin.Prefix => "prefix",
        BanOrigin.Manual => "manual",
        BanOrigin.Import => "import",
        _ => origin.ToString(),
    };

    /// <summary>A count of addresses as the whole number that it is.</summary>
    public static UInt128 Count(double addresses) => addresses < Math.Pow(2, 128) ? (UInt128)Math.Max(0, addresses) : UInt128.MaxValue;

    /// <summary>A ban's own members, into an object that is open.</summary>
    public static void WriteBan(Utf8JsonWriter writer, Ban ban)
    {
        writer.WriteString("address", ban.Target.ToString());
        writer.WriteString("since", ban.Since.ToString());
        writer.WriteString("until", ban.Until.ToString());
        writer.WriteString("jail", ban.Jail);
        writer.WriteString("origin", OriginWord(ban.Origin));
        writer.WriteString("reason", ban.Reason);
        writer.WriteNumber("sightings", ban.Sightings);
        writer.WriteNumber("members", ban.Members);
        // A whole number, however large: a double would become 1.8446744073709552E+19 for a /64, which readers of integers refuse.
        writer.WritePropertyName("addresses");
        writer.WriteRawValue(Count(ban.ShutsOut).ToString(CultureInfo.InvariantCulture));
        writer.WriteNumber("repeats", ban.Repeats);
        if (ban.Simulated)
        {
            writer.WriteBoolean("simulated", true);
        }

        if (!ban.Ports.IsEmpty)
        {
            writer.WriteStartArray("ports");
            foreach (Core.Policy.PortScope port in ban.Ports)
            {
                writer.WriteStringValue(port.ToString());
            }

            writer.WriteEndArray();
        }

        if (ban.Evidence is not null)
        {
            writer.WriteString("evidence", ban.Evidence);
        }
    }

    private void WriteBan(Ban ban) => WriteBan(_writer, ban);

    // Bytes that an attacker chose: invalid UTF-8 becomes U+FFFD, and control characters are escaped by the writer.
    private void WriteHostile(string name, ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            _writer.WriteString(name, bytes);
        }
        else
        {
            _writer.WriteString(name, Encoding.UTF8.GetString(bytes));
        }
    }

    private void WriteAddress(Address address)
    {
        Span<char> text = stackalloc char[Address.MaxTextLength + 8];
        _ = address.TryFormat(text, out int written, default, null);
        _writer.WriteString("address", text[..written]);
    }

    private void BeginLine(long number, bool matched)
    {
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteNumber("line", number);
        _writer.WriteBoolean("matched", matched);
    }

    private void Begin(string type, UnixTime time)
    {
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("type", type);
        if (time.IsKnown)
        {
            _writer.WriteString("time", time.ToString());
        }
        else
        {
            _writer.WriteNull("time");
        }
    }

    private void End()
    {
        _writer.WriteEndObject();
        _writer.Flush();
        _buffer.GetSpan(1)[0] = (byte)'\n';
        _buffer.Advance(1);
    }
}
