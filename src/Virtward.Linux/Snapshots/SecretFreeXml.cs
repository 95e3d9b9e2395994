using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Virtward.Linux.Snapshots;

/// <summary>
/// libvirt's XML without what might be secret: passwords, keys, cookies; free text of others (metadata, descriptions); what is handed into
/// a guest (SMBIOS strings, kernel command lines); qemu's own arguments, but those that say where it listens.
/// </summary>
public static partial class SecretFreeXml
{
    /// <summary>What stands where something was taken out, so that an audit still sees that there was something.</summary>
    public const string Removed = "(removed)";

    private const int MaxLength = 4 * 1024 * 1024;
    private const int MaxDepth = 64;

    private static readonly ImmutableHashSet<string> Emptied =
    [
        "metadata", "description", "title", "sysinfo", "cmdline", "initarg", "initenv", "launchSecurity", "cookies", "cookie", "secrets",
        "passphrase", "dhCert", "session", "inbandauth", "vcpus", "env",
    ];

    private static readonly ImmutableHashSet<string> SafeOptions =
        ["-vnc", "-spice", "-gdb", "-incoming", "-monitor", "-qmp", "-qmp-pretty", "-serial", "-parallel", "-display"];

    /// <summary>Takes them out.</summary>
    /// <param name="text">The XML.</param>
    /// <param name="names">The elements of which the first that is found, at the top or right below it, is kept.</param>
    /// <returns>The rest; null where it is no such XML.</returns>
    public static string? Of(string text, params ReadOnlySpan<string> names)
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
                IgnoreWhitespace = true,
            };
            if (IsTooDeep(text, settings))
            {
                return null;
            }

            using var reader = XmlReader.Create(new StringReader(text), settings);
            XElement? root = XDocument.Load(reader).Root;
            string[] wanted = names.ToArray();
            XElement? kept = root is null || wanted.Contains(root.Name.LocalName)
                ? root
                : root.Elements().FirstOrDefault(child => wanted.Contains(child.Name.LocalName));
            if (kept is null)
            {
                return null;
            }

            Clean(kept);
            var output = new StringBuilder();
            using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" }))
            {
                kept.Save(writer);
            }

            return output.Append('\n').ToString();
        }
        catch (Exception failure) when (failure is XmlException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    // Indented, a depth of thousands would be gigabytes.
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

    private static void Clean(XElement root)
    {
        foreach (XElement element in root.DescendantsAndSelf().ToList())
        {
            if (Emptied.Contains(element.Name.LocalName) && element != root)
            {
                element.RemoveNodes();
                element.RemoveAttributes();
                continue;
            }

            foreach (XAttribute attribute in element.Attributes().Where(static attribute => !attribute.IsNamespaceDeclaration && IsSecret(attribute.Name.LocalName)))
            {
                attribute.Value = Removed;
            }

            if (element.Name.LocalName == "commandline")
            {
                Arguments([.. element.Elements().Where(static child => child.Name.LocalName == "arg")]);
            }

            // An address with a name and a password in it, as images over HTTP have.
            foreach (XAttribute attribute in element.Attributes().Where(static attribute => attribute.Value.Contains('@', StringComparison.Ordinal)))
            {
                attribute.Value = Login().Replace(attribute.Value, $"{Removed}@");
            }
        }
    }

    private static void Arguments(ImmutableArray<XElement> arguments)
    {
        string option = "";
        foreach (XElement argument in arguments)
        {
            string value = argument.Attribute("value")?.Value ?? "";
            bool isOption = value.StartsWith('-') && value.Skip(1).All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');
            argument.SetAttributeValue("value", isOption ? value : SafeOptions.Contains(option) ? SafeValue(value) : Removed);
            option = isOption ? value : "";
        }
    }

    /// <summary>An option's value without the parts that are named as secrets are.</summary>
    public static string SafeValue(string value) => string.Join(',', value.Split(',').Select(static part =>
        part.IndexOf('=', StringComparison.Ordinal) is > 0 and int equals && IsSecret(part[..equals]) ? $"{part[..equals]}={Removed}" : part));

    private static bool IsSecret(string name) =>
        name is "key" or "query" or "psk" or "pin"
        || Secrets().IsMatch(name);

    [GeneratedRegex("passw|secret|token|cookie|private|masterkey|passphrase|credential", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Secrets();

    [GeneratedRegex("[^/@:]*:[^/@]*@", RegexOptions.CultureInvariant)]
    private static partial Regex Login();
}
