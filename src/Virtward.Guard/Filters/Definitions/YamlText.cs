using Virtward.Core.Results;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Virtward.Guard.Filters.Definitions;

/// <summary>Reads a text as one YAML document, within bounds: neither size, nor depth, nor aliases let it cost more than it says.</summary>
public static class YamlText
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int LongestText = 1 << 20;

    private const int DeepestNesting = 16;

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML 1.1.</param>
    /// <param name="file">The file's name, for the problem.</param>
    public static Result<YamlNode> Read(string text, string file)
    {
        if (text.Length > LongestText)
        {
            return new Problem($"the file has more than {LongestText} characters", file);
        }

        try
        {
            if (Bounds(text, file) is { } problem)
            {
                return problem;
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1
                ? stream.Documents[0].RootNode
                : new Problem($"the file must hold one YAML document, not {stream.Documents.Count}", file);
        }
        catch (YamlException e)
        {
            return new Problem(OneLine(e.Message), file) { Line = (int)e.Start.Line, Column = (int)e.Start.Column };
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // The library's own answer to some texts that its scanner or its document model do not foresee.
            return new Problem("the file is no sound YAML", file);
        }
    }

    /// <summary>The document model is built recursively, so the depth is looked at first, in the flat stream of events.</summary>
    private static Problem? Bounds(string text, string file)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            ParsingEvent current = parser.Current!;
            depth += current.NestingIncrease;
            string? wrong = depth > DeepestNesting ? "this is nested too deeply" : current is AnchorAlias ? "aliases are not allowed" : null;
            if (wrong is not null)
            {
                return new Problem(wrong, file) { Line = (int)current.Start.Line, Column = (int)current.Start.Column };
            }
        }

        return null;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
