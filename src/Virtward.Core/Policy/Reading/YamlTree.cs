using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Virtward.Core.Policy.Reading;

/// <summary>
/// Reads one YAML document into items that know their place. It is built from YamlDotNet's parser events rather than its
/// <c>YamlStream</c>: that one throws at the first duplicate key, expands aliases, and recurses as deep as the text says.
/// </summary>
public static class YamlTree
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int MaxLength = 1024 * 1024;

    /// <summary>The deepest nesting that is read; a policy needs six levels.</summary>
    public const int MaxDepth = 16;

    /// <summary>Reads the document's root; null, and a problem, where there is none to be had.</summary>
    /// <param name="text">The text; hostile.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static YamlItem? Read(string text, ProblemList problems)
    {
        if (text.Length > MaxLength)
        {
            problems.Add(1, 1, "the file is longer than 1 MiB", "a policy is a few kilobytes: check that it is the right file");
            return null;
        }

        var parser = new Parser(new StringReader(text));
        try
        {
            return ReadDocument(parser, problems);
        }
        catch (YamlException error)
        {
            AddSyntaxError(text, error, problems);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or EndOfStreamException)
        {
            // YamlDotNet 16.3.0 lets these out on some broken texts, an escape such as "\UFFFFFFFF" among them. All that is known of the
            // place is the end of the last item that it could read.
            Mark end = parser.Current?.End ?? Mark.Empty;
            problems.Add((int)Math.Max(1, end.Line), (int)Math.Max(1, end.Column),
                "not valid YAML: the text after this place cannot be parsed");
        }

        return null;
    }

    private static YamlItem? ReadDocument(Parser parser, ProblemList problems)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _))
        {
            problems.Add(1, 1, "the file is empty", "begin with 'version: 1'");
            return null;
        }

        parser.Consume<DocumentStart>();
        YamlItem root = ReadItem(parser, problems, 1);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out DocumentStart? second))
        {
            problems.Add(Line(second), Column(second), "a second document begins here", "a policy is one document: remove the '---'");
        }

        return root;
    }

    private static YamlItem ReadItem(Parser parser, ProblemList problems, int depth)
    {
        ParsingEvent start = parser.Consume<ParsingEvent>();
        if (depth > MaxDepth)
        {
            string tooDeep = string.Create(CultureInfo.InvariantCulture, $"nested deeper than {MaxDepth} levels");
            throw new SemanticErrorException(start.Start, start.End, tooDeep);
        }

        if (start is NodeEvent { Anchor.IsEmpty: false } or NodeEvent { Tag.IsEmpty: false } or AnchorAlias)
        {
            problems.Add(Line(start), Column(start), "anchors, aliases and tags (&, *, !) are not read",
                "write the value out; quote it where it starts with such a character");
        }

        return start switch
        {
            Scalar scalar => new YamlText(scalar.Value, scalar.Style == ScalarStyle.Plain, Line(start), Column(start)),
            SequenceStart => ReadList(parser, start, problems, depth),
            MappingStart => ReadMap(parser, start, problems, depth),
            _ => new YamlText("", true, Line(start), Column(start)),
        };
    }

    private static YamlList ReadList(Parser parser, ParsingEvent start, ProblemList problems, int depth)
    {
        var items = ImmutableArray.CreateBuilder<YamlItem>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadItem(parser, problems, depth + 1));
        }

        return new YamlList(items.ToImmutable(), Line(start), Column(start));
    }

    private static YamlMap ReadMap(Parser parser, ParsingEvent start, ProblemList problems, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            YamlItem key = ReadItem(parser, problems, depth + 1);
            YamlItem value = ReadItem(parser, problems, depth + 1);
            if (key is not YamlText name)
            {
                problems.Add(key, $"a key must be a word, found {key.Describe()}");
            }
            else if (lines.TryAdd(name.Text, name.Line))
            {
                entries.Add(new YamlEntry(name, value));
            }
            else
            {
                problems.Add(key, string.Create(CultureInfo.InvariantCulture, $"the key {name.Describe()} stands here a second time"),
                    string.Create(CultureInfo.InvariantCulture, $"the first is in line {lines[name.Text]}: join them"));
            }
        }

        return new YamlMap(entries.ToImmutable(), Line(start), Column(start));
    }

    /// <summary>Says a tab for what it is, for it cannot be seen; everything else in the parser's words.</summary>
    private static void AddSyntaxError(string text, YamlException error, ProblemList problems)
    {
        int line = 0;
        foreach (ReadOnlySpan<char> each in text.AsSpan().EnumerateLines())
        {
            line++;
            int tab = each.IndexOf('\t');
            if (tab >= 0 && each[..tab].IndexOfAnyExcept(' ') < 0)
            {
                problems.Add(line, tab + 1, "a tab indents this line", "YAML indents with spaces only");
                return;
            }
        }

        string message = error.Message.TrimEnd('.');
        string lowered = message.Length > 0 ? char.ToLowerInvariant(message[0]) + message[1..] : "it cannot be parsed";
        problems.Add((int)Math.Max(1, error.Start.Line), (int)Math.Max(1, error.Start.Column), $"not valid YAML: {lowered}");
    }

    private static int Line(ParsingEvent at) => (int)at.Start.Line;

    private static int Column(ParsingEvent at) => (int)at.Start.Column;
}
