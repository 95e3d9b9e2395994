using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Config;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>Finds out what a jail's filter becomes: a built-in one where that does the same, else fail2ban's own file.</summary>
/// <param name="files">The files.</param>
/// <param name="directory">fail2ban's directory.</param>
/// <param name="builtIn">The names of our own filters.</param>
public sealed class FilterImport(ITextFiles files, string directory, IReadOnlyCollection<string> builtIn)
{
    /// <summary>The filter that listens to bans instead of a log.</summary>
    public const string Recidive = "recidive";

    private readonly ConfigReader _reader = new(files);

    /// <summary>The reference as a policy writes it; null where there is no such filter, which is noted.</summary>
    /// <param name="jail">The jail.</param>
    /// <param name="tree">The jails, which learn the filter's options as <c>known/…</c>.</param>
    public string? Read(JailOptions jail, ConfigTree tree)
    {
        if (!OptionList.Parse(jail.Text("filter")).TryGet(out OptionList? wanted, out Problem? problem))
        {
            jail.Note(jail.FilterOption, $"{problem.What}; the jail is left out");
            return null;
        }

        string path = $"{directory}/filter.d/{wanted.Name}.conf";
        var options = new Dictionary<string, string>(wanted.Options, StringComparer.Ordinal);
        if (wanted.Name.Length == 0 || !(files.Exists(path) || files.Exists(Path.ChangeExtension(path, ".local"))))
        {
            return Moved(wanted.Name) is { } moved ? FromElsewhere(jail, wanted.Name, moved) : Missing(jail, wanted.Name, path);
        }

        if (wanted.Name == Recidive && !IsChanged(path))
        {
            jail.Note(jail.FilterOption, "listens to Virtward's own bans instead of fail2ban's log");
            return Recidive;
        }

        var problems = new List<Problem>();
        if (_reader.Read(Path.ChangeExtension(path, null), problems) is { } filter
            && FilterDefinition.Read(filter, path, options, new Dictionary<string, string>(), false, problems) is { } resolved)
        {
            foreach ((string name, string value) in resolved.Values)
            {
                tree.SetKnown(jail.Name, name, new ConfigValue(value.Replace("%", "%%", StringComparison.Ordinal), path, 1));
            }
        }

        foreach (Problem bad in problems)
        {
            jail.Note(jail.FilterOption, $"its filter has a problem: {bad}");
        }

        bool overridden = Override(jail, options, wanted.Name);
        string reference = Reference(wanted.Name, options);
        if (!overridden && builtIn.Contains(wanted.Name) && options.Keys.All(name => name == "mode") && !IsChanged(path))
        {
            jail.Note(jail.FilterOption, $"uses the built-in filter {reference}; to keep fail2ban's file, write filter: \"{Reference(path, options)}\"");
            return reference;
        }

        return Reference(path, options);
    }

    // Filters that later versions of fail2ban merged into others, as modes of them (its ChangeLog, 0.10.0).
    private static string? Moved(string name) => name switch
    {
        "ssh" => "sshd",
        "sshd-ddos" or "ssh-ddos" => "sshd[mode=ddos]",
        "sshd-aggressive" => "sshd[mode=aggressive]",
        "postfix-sasl" or "sasl" => "postfix[mode=auth]",
        "postfix-rbl" => "postfix[mode=rbl]",
        _ => null,
    };

    private string? FromElsewhere(JailOptions jail, string name, string moved)
    {
        OptionList list = OptionList.Parse(moved).Value;
        string path = $"{directory}/filter.d/{list.Name}.conf";
        if (!builtIn.Contains(list.Name) && !files.Exists(path))
        {
            return Missing(jail, name, path);
        }

        string reference = builtIn.Contains(list.Name) ? moved : Reference(path, list.Options);
        jail.Note(jail.FilterOption, $"fail2ban has had no filter '{name}' since 0.10 and skips this jail; it is taken over as {reference}, which does what it did");
        return reference;
    }

    private static string? Missing(JailOptions jail, string name, string path)
    {
        jail.Note(jail.FilterOption, $"there is no filter '{name}' ({path}); the jail is left out");
        return null;
    }

    // What the jail sets of its filter goes into the brackets, where a policy can hold it.
    private static bool Override(JailOptions jail, Dictionary<string, string> options, string name)
    {
        bool any = false;
        foreach (string option in FilterDefinition.OptionNames.Where(option => option != "usedns" && jail.HasOwn(option)))
        {
            string value = jail.Text(option);
            any = true;
            if (value.AsSpan().ContainsAny('"', '\n') || value.Contains("known/", StringComparison.Ordinal))
            {
                jail.Note(option, $"'{option}' of the jail is not taken over: write it into /etc/fail2ban/filter.d/{name}.local");
            }
            else
            {
                options[option] = value;
            }
        }

        return any;
    }

    private bool IsChanged(string path) =>
        files.Exists(Path.ChangeExtension(path, ".local")) || files.List(Path.ChangeExtension(path, ".d")).Count > 0;

    private static string Reference(string name, IReadOnlyDictionary<string, string> options)
    {
        string[] kept = [.. options.Where(option => option is not { Key: "mode", Value: "normal" })
            .Select(option => option.Value.AsSpan().ContainsAny(",] =[") ? $"{option.Key}=\"{option.Value}\"" : $"{option.Key}={option.Value}")];
        return kept.Length == 0 ? name : $"{name}[{string.Join(", ", kept)}]";
    }
}
