using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Regexes;
using Virtward.Guard.Filters.Rules;
using Virtward.Guard.Filters.Templates;
using Virtward.Guard.Sightings;
using YamlDotNet.RepresentationModel;

namespace Virtward.Guard.Filters.Definitions;

/// <summary>Reads a filter file (docs/filters.md): everything that is wrong at once, each with its line and column.</summary>
public sealed class FilterFileReader
{
    private static readonly ImmutableArray<string> FilterKeys =
        ["filter", "about", "programs", "units", "header", "logs", "ports", "modes", "rules"];

    private static readonly ImmutableArray<string> RuleKeys = ["name", "match", "regex", "kind", "series", "modes"];

    private readonly string _file;
    private readonly List<Problem> _problems = [];
    private readonly List<Problem> _warnings = [];

    private FilterFileReader(string file) => _file = file;

    /// <summary>Reads a filter file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">The file's name, for problems.</param>
    public static FilterReading Read(string text, string file)
    {
        if (!YamlText.Read(text, file).TryGet(out YamlNode? root, out Problem? problem))
        {
            return new FilterReading(null, [problem], []);
        }

        var reader = new FilterFileReader(file);
        FilterDefinition filter = reader.ReadFilter(root);
        return new FilterReading(reader._problems.Count == 0 ? filter : null, [.. reader._problems], [.. reader._warnings]);
    }

    private FilterDefinition ReadFilter(YamlNode root)
    {
        var fields = new YamlFields(root, _file, "a filter", FilterKeys, _problems);
        string name = root is YamlMappingNode ? fields.Required("filter") : "";
        if (name.Length > 0 && !IsName(name))
        {
            fields.Note(fields.Find("filter")!, $"the filter's name '{name}' may hold lower-case letters, digits and hyphens only");
        }

        ImmutableArray<string> modes = Names(fields, "modes");
        return new FilterDefinition
        {
            Name = name,
            About = fields.Text("about") ?? "",
            Programs = ReadPrograms(fields),
            Units = Texts(fields, "units"),
            HasHeader = fields.Choice("header", "syslog", "none") == "syslog",
            Logs = ReadLogs(fields),
            Ports = ReadPorts(fields),
            Modes = modes,
            Rules = root is YamlMappingNode ? ReadRules(fields, modes) : [],
        };
    }

    private static ImmutableArray<string> ReadPrograms(YamlFields fields)
    {
        foreach ((YamlNode node, string program) in fields.Texts("programs"))
        {
            if (program.AsSpan().IndexOfAny('[', ':', ' ') >= 0 || program.TrimEnd('*').Contains('*', StringComparison.Ordinal))
            {
                fields.Note(node, $"'{program}' is no syslog tag", "a tag has no space, colon or bracket, and a '*' at its end only");
            }
        }

        return Texts(fields, "programs");
    }

    private static ImmutableArray<string> ReadLogs(YamlFields fields)
    {
        foreach ((YamlNode node, string log) in fields.Texts("logs").Where(l => !l.Text.StartsWith('/')))
        {
            fields.Note(node, $"the log '{log}' must be an absolute path");
        }

        return Texts(fields, "logs");
    }

    private static ImmutableArray<PortScope> ReadPorts(YamlFields fields)
    {
        var ports = ImmutableArray.CreateBuilder<PortScope>();
        foreach ((YamlNode node, string text) in fields.Texts("ports"))
        {
            if (TryPort(text, out PortScope port))
            {
                ports.Add(port);
            }
            else
            {
                fields.Note(node, $"'{text}' is no port", "write 22/tcp or 5900-5999/tcp");
            }
        }

        return ports.ToImmutable();
    }

    private ImmutableArray<RuleDefinition> ReadRules(YamlFields fields, ImmutableArray<string> modes)
    {
        if (fields.Find("rules") is not YamlSequenceNode { Children.Count: > 0 } list)
        {
            fields.Note(fields.Find("rules") ?? fields.Node, "'rules' must be a list with at least one rule");
            return [];
        }

        var rules = ImmutableArray.CreateBuilder<RuleDefinition>(list.Children.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var series = new HashSet<string>(StringComparer.Ordinal);
        foreach (YamlNode node in list.Children)
        {
            RuleDefinition rule = ReadRule(node, modes);
            if (!names.Add(rule.Name))
            {
                _problems.Add(YamlFields.At(node, _file, $"there are two rules named '{rule.Name}'"));
            }

            if (rule.Series is not null && series.Add(rule.Series) && series.Count > AttemptSessions.MostSeries)
            {
                _problems.Add(YamlFields.At(node, _file, $"a filter may have {AttemptSessions.MostSeries} series at most"));
            }

            rules.Add(rule);
        }

        return rules.MoveToImmutable();
    }

    private RuleDefinition ReadRule(YamlNode node, ImmutableArray<string> modes)
    {
        var fields = new YamlFields(node, _file, "a rule", RuleKeys, _problems);
        if (node is not YamlMappingNode)
        {
            return new RuleDefinition { Name = "" };
        }

        string name = fields.Required("name");
        ImmutableArray<string> ruleModes = Names(fields, "modes");
        foreach (string mode in ruleModes.Where(m => !modes.Contains(m)))
        {
            fields.Note(fields.Find("modes")!, $"the rule's mode '{mode}' is none of the filter's modes");
        }

        var rule = new RuleDefinition
        {
            Name = name,
            Match = Texts(fields, "match"),
            Regex = fields.Text("regex"),
            Kind = fields.Choice("kind", "failure", "success", "ignore") switch
            {
                "success" => SightingKind.Success,
                "ignore" => SightingKind.Ignored,
                _ => SightingKind.Failure,
            },
            Series = fields.Text("series"),
            Modes = ruleModes,
        };

        if ((fields.Find("match") is null) == (fields.Find("regex") is null))
        {
            fields.Note(node, $"the rule '{name}' must have either 'match' or 'regex'");
        }

        CheckTemplates(fields, rule);
        CheckRegex(fields, rule);
        return rule;
    }

    private void CheckTemplates(YamlFields fields, RuleDefinition rule)
    {
        foreach ((YamlNode node, string text) in fields.Texts("match"))
        {
            if (!TemplateReader.Read(text).TryGet(out _, out Problem? problem))
            {
                fields.Note(node, problem.What, problem.Hint);
            }
            else if (rule.Kind != SightingKind.Ignored && !text.Contains("{ip}", StringComparison.Ordinal))
            {
                fields.Note(node, $"the template '{text}' names no {{ip}}");
            }
            else if (rule.Kind == SightingKind.Failure && TemplateReader.Warn(text) is string warning)
            {
                _warnings.Add(YamlFields.At(node, _file, warning));
            }
        }
    }

    private void CheckRegex(YamlFields fields, RuleDefinition rule)
    {
        if (rule.Regex is null || fields.Find("regex") is not { } node)
        {
            return;
        }

        if (!RegexMatcher.Create(rule.Name, rule.Regex, rule.Kind != SightingKind.Ignored).TryGet(out RegexMatcher? matcher, out Problem? problem))
        {
            fields.Note(node, problem.What, problem.Hint);
            return;
        }

        _warnings.AddRange(matcher.Warnings.Select(w => YamlFields.At(node, _file, w)));
    }

    private static ImmutableArray<string> Texts(YamlFields fields, string key) => [.. fields.Texts(key).Select(t => t.Text)];

    private static ImmutableArray<string> Names(YamlFields fields, string key)
    {
        foreach ((YamlNode node, string text) in fields.Texts(key).Where(t => !IsName(t.Text)))
        {
            fields.Note(node, $"'{text}' may hold lower-case letters, digits and hyphens only");
        }

        return Texts(fields, key);
    }

    private static bool IsName(string text) => text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static bool TryPort(string text, out PortScope port)
    {
        port = default;
        string[] parts = text.Split('/');
        if (parts is not [var range, "tcp" or "udp"])
        {
            return false;
        }

        string[] ends = range.Split('-');
        if (ends.Length > 2
            || !ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort from)
            || !ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort to)
            || from == 0 || to < from)
        {
            return false;
        }

        port = new PortScope(parts[1] == "tcp" ? Transport.Tcp : Transport.Udp, from, to);
        return true;
    }
}
