using System.Xml;
using System.Xml.Linq;
using Virtward.Core.Results;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>XML from outside: no document types, no entities, no files or addresses that it names, no more than it may be long.</summary>
public static class SafeXml
{
    private const int MaxLength = 4 * 1024 * 1024;
    private const int MaxDepth = 64;

    /// <summary>Reads a document whose root has one of the names.</summary>
    public static XElement? Root(string file, string text, ICollection<Problem> problems, params ReadOnlySpan<string> names)
    {
        try
        {
            var settings = new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                MaxCharactersInDocument = MaxLength,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
            };
            if (IsTooDeep(text, settings))
            {
                problems.Add(new Problem($"is nested deeper than {MaxDepth}", file));
                return null;
            }

            using var reader = XmlReader.Create(new StringReader(text), settings);
            XElement? root = XDocument.Load(reader).Root;
            if (root is not null && names.Contains(root.Name.LocalName))
            {
                return root;
            }

            problems.Add(new Problem($"is no <{names[0]}>", file));
        }
        catch (XmlException failure)
        {
            problems.Add(new Problem($"is no XML: {failure.Message}", file));
        }

        return null;
    }

    /// <summary>An attribute's text; null where there is none, or an empty one.</summary>
    public static string? Get(this XElement? element, string name) => element?.Attribute(name)?.Value is { Length: > 0 } value ? value : null;

    /// <summary>The first child of a name, whatever its namespace.</summary>
    public static XElement? Child(this XElement? element, string name) => element?.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    /// <summary>The children of a name, whatever their namespace.</summary>
    public static IEnumerable<XElement> Children(this XElement? element, string name) =>
        element?.Elements().Where(child => child.Name.LocalName == name) ?? [];

    /// <summary>A port; 0 where it is none, or chosen at the start (-1).</summary>
    public static int Port(this XElement? element, string name) => ushort.TryParse(element.Get(name), out ushort port) ? port : 0;

    private static bool IsTooDeep(string text, XmlReaderSettings settings)
    {
        using var reader = XmlReader.Create(new StringReader(text), settings);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                return true;
            }
        }

        return false;
    }
}
