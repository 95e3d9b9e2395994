using System.Text;
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
    private readonly bool _asJson;
    private readonly EventJson _json = new();
    private readonly Dictionary<string, long> _rules = new(StringComparer.Ordinal);
    private readonly List<(long Number, string Text)> _misses = [];
    private long _number;
    private bool _told;

    /// <summary>An output that has seen nothing yet.</summary>
    public FilterTestOutput(CommandHost host, FilterSet filters, bool asJson)
    {
        _host = host;
        _filters = filters;
        _asJson = asJson;
    }

    /// <inheritdoc/>
    public void Accept(in LogLine line)
    {
        _number++;
        _told = false;
        bool matched = _filters.Accept(line, this);
        if (_asJson)
        {
            if (!_told)
            {
                _json.WriteLine(_number, matched);
            }

            if (_json.Written.Length >= FlushAt)
            {
                Flush();
            }
        }
        else if (!matched && _misses.Count < MostMisses)
        {
            _misses.Add((_number, Encoding.UTF8.GetString(line.Text[..Math.Min(line.Text.Length, 200)])));
        }
    }

    /// <inheritdoc/>
    void ISightingSink.Accept(int filter, in Sighting sighting)
    {
        if (_asJson && !_told)
        {
            _json.WriteLine(_number, sighting);
        }

        _told = true;
        _rules[sighting.Rule] = _rules.GetValueOrDefault(sighting.Rule) + 1;
    }

    /// <summary>Writes out what is left, or the summary for a person.</summary>
    public void Finish()
    {
        if (_asJson)
        {
            Flush();
            return;
        }

        var table = new Columns("rule", ">lines");
        foreach ((string rule, long lines) in _rules.OrderByDescending(entry => entry.Value))
        {
            table.Add(rule, Words.Number(lines));
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
