using System.Collections.Immutable;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>Reads where packages come from: apt's sources in both formats, dnf's repositories.</summary>
public static class Repositories
{
    /// <summary>apt's, that are not switched off.</summary>
    public static ImmutableArray<Repository> Apt(FileFacts files)
    {
        IEnumerable<ConfigFile> lists = files.In("/etc/apt/sources.list.d", "*.list");
        if (files.Find("/etc/apt/sources.list") is ConfigFile main)
        {
            lists = lists.Prepend(main);
        }

        return [.. lists.SelectMany(OneLine), .. files.In("/etc/apt/sources.list.d", "*.sources").SelectMany(Deb822)];
    }

    /// <summary>dnf's, that are enabled, with the main configuration's own weaknesses as one named <c>dnf.conf</c>.</summary>
    public static ImmutableArray<Repository> Dnf(FileFacts files)
    {
        ConfigFile? main = files.Find("/etc/dnf/dnf.conf") ?? files.Find("/etc/yum.conf");
        ImmutableArray<IniEntry> general = main is null ? [] : [.. IniFile.Read(main, continues: true).Where(static entry => entry.Section == "main")];
        IniEntry? General(params ReadOnlySpan<string> keys) => Last(general, keys);
        ImmutableArray<Repository>.Builder all = ImmutableArray.CreateBuilder<Repository>();
        foreach (ConfigFile file in files.In("/etc/yum.repos.d", "*.repo"))
        {
            foreach (IGrouping<string, IniEntry> section in IniFile.Read(file, continues: true).GroupBy(static entry => entry.Section))
            {
                ImmutableArray<IniEntry> keys = [.. section];
                if (section.Key is "" or "main" || IniFile.Switch(Last(keys, "enabled")?.Value ?? "1") == false)
                {
                    continue;
                }

                var where = new Evidence(EvidenceKind.File, file.Path, $"[{section.Key}]") { Line = keys[0].Line };
                all.Add(new Repository(section.Key, where) { Weaknesses = [.. Weak(file, keys, main, General("gpgcheck", "pkg_gpgcheck"),
                    General("sslverify"), where)] });
            }
        }

        return all.ToImmutable();
    }

    private static IEnumerable<(string, Evidence)> Weak(ConfigFile file, ImmutableArray<IniEntry> keys, ConfigFile? main, IniEntry? check,
        IniEntry? tls, Evidence where)
    {
        IniEntry? own = Last(keys, "gpgcheck", "pkg_gpgcheck");
        if (own is not null && IniFile.Switch(own.Value) == false)
        {
            yield return ("takes packages without a signature", Evidence.OfLine(file.Path, own.Line, $"{own.Key}={own.Value}"));
        }
        else if (own is null && check is not null && IniFile.Switch(check.Value) == false)
        {
            yield return ("takes packages without a signature", Evidence.OfLine(main!.Path, check.Line, $"{check.Key}={check.Value}"));
        }
        else if (own is null && check is null)
        {
            // dnf's own default is not to look at signatures.
            yield return ("takes packages without a signature: gpgcheck is set neither here nor in [main]", where);
        }

        IniEntry? ownTls = Last(keys, "sslverify");
        if (IniFile.Switch((ownTls ?? tls)?.Value ?? "1") == false)
        {
            yield return ("does not look at the server's certificate", ownTls is null
                ? Evidence.OfLine(main!.Path, tls!.Line, $"sslverify={tls.Value}")
                : Evidence.OfLine(file.Path, ownTls.Line, $"sslverify={ownTls.Value}"));
        }
    }

    private static IniEntry? Last(ImmutableArray<IniEntry> entries, params ReadOnlySpan<string> keys)
    {
        IniEntry? found = null;
        foreach (IniEntry entry in entries)
        {
            found = keys.Contains(entry.Key) ? entry : found;
        }

        return found;
    }

    private static IEnumerable<Repository> OneLine(ConfigFile file)
    {
        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Split('#')[0].Trim();
            if (!line.StartsWith("deb ", StringComparison.Ordinal) && !line.StartsWith("deb\t", StringComparison.Ordinal))
            {
                continue;
            }

            string rest = line[3..].Trim(), options = "";
            int end = rest.IndexOf(']', StringComparison.Ordinal);
            if (rest.StartsWith('[') && end > 0)
            {
                (options, rest) = (rest[1..end], rest[(end + 1)..].Trim());
            }

            Evidence where = Evidence.OfLine(file.Path, i + 1, line);
            yield return new Repository(string.Join(' ', rest.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(2)), where)
            {
                Weaknesses = [.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static option => option.Split('='))
                    .Where(static pair => pair.Length == 2)
                    .Select(static pair => Weakness(pair[0], pair[1])).OfType<string>().Select(what => (what, where))],
            };
        }
    }

    private static IEnumerable<Repository> Deb822(ConfigFile file)
    {
        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length;)
        {
            var fields = new Dictionary<string, (string Value, int Line)>(StringComparer.OrdinalIgnoreCase);
            for (; i < lines.Length && lines[i].Trim().Length > 0; i++)
            {
                int colon = lines[i].IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && lines[i][0] is not '#' and not ' ' and not '\t')
                {
                    fields[lines[i][..colon].Trim()] = (lines[i][(colon + 1)..].Trim(), i + 1);
                }
            }

            i++;
            bool enabled = !fields.TryGetValue("Enabled", out (string Value, int) on) || IniFile.Switch(on.Value) != false;
            if (enabled && fields.TryGetValue("URIs", out (string Value, int Line) address)
                && fields.GetValueOrDefault("Types").Value?.Split(' ').Contains("deb") != false)
            {
                yield return new Repository($"{address.Value} {fields.GetValueOrDefault("Suites").Value}".Trim(),
                    Evidence.OfLine(file.Path, address.Line, lines[address.Line - 1]))
                {
                    Weaknesses = [.. fields.Select(field => (What: Weakness(field.Key, field.Value.Value),
                        Evidence.OfLine(file.Path, field.Value.Line, lines[field.Value.Line - 1])))
                        .Where(static pair => pair.What is not null).Select(static pair => (pair.What!, pair.Item2))],
                };
            }
        }
    }

    private static string? Weakness(string option, string value)
    {
        if (IniFile.Switch(value) != true)
        {
            return null;
        }

        return option.ToUpperInvariant() switch
        {
            "TRUSTED" => "is trusted without a signature",
            "ALLOW-INSECURE" => "is taken although it has no signature",
            "ALLOW-WEAK" => "is taken although its signature is by a broken hash",
            "ALLOW-DOWNGRADE-TO-INSECURE" => "may lose its signature without anybody being told",
            _ => null,
        };
    }
}
