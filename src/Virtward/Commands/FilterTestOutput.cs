using System.Text;
using Virtward.Guard.Fail2Ban;
using Virtward.Guard.Filters;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary>Runs each line through a filter and prints what came of it: NDJSON per line, or a summary with the misses.</summary>
public sealed class FilterTestOutput : ILineSink, ISightingSink, IDisposable
{
    private const int FlushAt = 48 * 1024;
    private const int MostMisses = 20;
    private readonly CommandHost _host;
    private readonly FilterSet _filters;
    private readonly Fail2BanFilter? _fail2ban;
    private readonly bool _asJson;
    private readonly EventJson _json = new();
    private readonly Dictionary<(string Rule, SightingKind Kind), long> _rules = [];
    private readonly List<(long Number, string Text)> _misses = [];
    private long _number;
    private SightingKind? _told;

    /// <summary>An output that has seen nothing yet.</summary>
    public FilterTestOutput(CommandHost host, FilterSet filters, bool asJson)
    {
        _host = host;
        _filters = filters;
        _fail2ban = filters.Filters.OfType<Fail2BanFilter>().FirstOrDefault();
        _asJson = asJson;
    }

    /// <summary>Lines that tell of a failure: what counts, and what fail2ban calls a match.</summary>
    public long Matched { get; private set; }

    /// <summary>Lines that a rule understood and that are no failure: logins that succeeded, what was told before, what is harmless.</summary>
    public long Understood { get; private set; }

    /// <inheritdoc/>
    public void Accept(in LogLine line)
    {
        _number++;
        _told = null;
        long unnamed = _fail2ban?.WithoutAddress ?? 0;
        bool known = _filters.Accept(line, this);
        bool hasAddress = _told is not null;
        // A line that names a host instead of an address is a failure of somebody that cannot be banned.
        SightingKind? kind = _told ?? (!known ? null : _fail2ban?.WithoutAddress > unnamed ? SightingKind.Failure : SightingKind.Ignored);
        Matched += kind == SightingKind.Failure ? 1 : 0;
        Understood += kind is not null and not SightingKind.Failure ? 1 : 0;
        if (_asJson)
        {
            if (!hasAddress)
            {
                _json.WriteLine(_number, kind);
            }

            if (_json.Written.Length >= FlushAt)
            {
                Flush();
            }
        }
        else if (!known && _misses.Count < MostMisses)
        {
            _misses.Add((_number, Encoding.UTF8.GetString(line.Text[..Math.Min(line.Text.Length, 200)])));
        }
    }

    /// <inheritdoc/>
    void ISightingSink.Accept(int filter, in Sighting sighting)
    {
        if (_asJson && _told is null)
        {
            _json.WriteLine(_number, sighting);
        }

        _told ??= sighting.Kind;
        _rules[(sighting.Rule, sighting.Kind)] = _rules.GetValueOrDefault((sighting.Rule, sighting.Kind)) + 1;
    }

    /// <summary>Writes out what is left, or the summary for a person.</summary>
    public void Finish()
    {
        if (_asJson)
        {
            Flush();
            return;
        }

        var table = new Columns("rule", "tells of", ">lines");
        foreach (((string rule, SightingKind kind), long lines) in _rules.OrderByDescending(entry => entry.Value))
        {
            table.Add(rule, EventJson.KindWord(kind), Words.Number(lines));
        }

        table.Write(_host.Out);
        if (_misses.Count > 0)
        {
            _host.Out.WriteLine();
            _host.Out.WriteLine($"missed, the first {_misses.Count}:");
            foreach ((long number, string text) in _misses)
            {
                _host.Out.WriteLine($"{number,8}  {Words.Safe(text)}");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Flush()
    {
        _host.OutBytes.Write(_json.Written);
        _host.OutBytes.Flush();
        _json.Clear();
    }
}
