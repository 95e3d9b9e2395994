using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>
/// Finds and merges the files that belong to one name, as fail2ban does: <c>X.conf</c>, <c>X.d/*.conf</c>, <c>X.local</c>,
/// <c>X.d/*.local</c>, each with what its <c>[INCLUDES]</c> names before and after it.
/// </summary>
/// <param name="files">Where files are read from.</param>
public sealed class ConfigReader(ITextFiles files)
{
    /// <summary>The largest configuration file that is read, in bytes; fail2ban's own largest has 30 thousand.</summary>
    public const int MaxFileBytes = 1 << 20;

    private const int MaxFiles = 500;

    private readonly Dictionary<string, Result<ConfigFile>> _parsed = new(StringComparer.Ordinal);

    /// <summary>Reads everything that belongs to a name.</summary>
    /// <param name="name">The absolute path without an ending: <c>/etc/fail2ban/jail</c>, <c>/etc/fail2ban/filter.d/sshd</c>.</param>
    /// <param name="problems">Takes what could not be read; the rest is merged all the same.</param>
    /// <returns>The merged tree; null where no file of the name exists.</returns>
    public ConfigTree? Read(string name, ICollection<Problem> problems)
    {
        var paths = new List<string>();
        IReadOnlyList<string> parts = files.List(name + ".d");
        AddIfThere(name + ".conf");
        paths.AddRange(parts.Where(part => part.EndsWith(".conf", StringComparison.Ordinal)));
        AddIfThere(name + ".local");
        paths.AddRange(parts.Where(part => part.EndsWith(".local", StringComparison.Ordinal)));
        if (paths.Count == 0)
        {
            return null;
        }

        var order = new List<string>();
        Include(paths, [], order, problems);
        var tree = new ConfigTree();
        foreach (string path in order)
        {
            if (Parse(path).TryGet(out ConfigFile? file, out Problem? problem))
            {
                tree.Merge(file);
            }
            else if (!problems.Contains(problem))
            {
                problems.Add(problem);
            }
        }

        return tree;

        void AddIfThere(string path)
        {
            if (files.Exists(path))
            {
                paths.Add(path);
            }
        }
    }

    private void Include(List<string> paths, List<string> within, List<string> order, ICollection<Problem> problems)
    {
        foreach (string path in WithLocals(paths))
        {
            if (order.Count >= MaxFiles)
            {
                problems.Add(new Problem($"more than {MaxFiles} files are included", path, "look for files that include each other") { Line = 1 });
                return;
            }

            if (!files.Exists(path))
            {
                // fail2ban says nothing: an 'after' is often a file that the administrator may or may not write.
                if (within.Count > 0 && !path.EndsWith(".local", StringComparison.Ordinal))
                {
                    problems.Add(new Problem($"includes {path}, which does not exist", within[^1], "correct [INCLUDES] or create the file") { Line = 1 });
                }

                continue;
            }

            (List<string> before, List<string> after) = Parse(path).TryGet(out ConfigFile? file, out _)
                ? (Named(file, "before"), Named(file, "after"))
                : ([], []);
            List<string> inner = [.. within, path];
            Include(Without(before, inner), inner, order, problems);
            order.Add(path);
            Include(Without(after, inner), inner, order, problems);
        }
    }

    // Each F.conf brings F.local along, right behind it, unless that is named itself.
    private IEnumerable<string> WithLocals(List<string> paths)
    {
        foreach (string path in paths)
        {
            yield return path;
            string local = Path.ChangeExtension(path, ".local");
            if (!paths.Contains(local) && files.Exists(local))
            {
                yield return local;
            }
        }
    }

    // A file that includes one that is being included already is a loop: fail2ban passes over it silently, and so do we.
    private static List<string> Without(List<string> paths, List<string> within) => [.. paths.Where(path => !within.Contains(path))];

    private static List<string> Named(ConfigFile file, string option)
    {
        foreach ((string name, ConfigSection section) in file.Sections)
        {
            if (name == "INCLUDES" && section.TryGet(option, out ConfigValue? value))
            {
                string directory = Path.GetDirectoryName(file.Path) ?? "/";
                return [.. value.Text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(path => Path.GetFullPath(path, directory))];
            }
        }

        return [];
    }

    private Result<ConfigFile> Parse(string path)
    {
        if (!_parsed.TryGetValue(path, out Result<ConfigFile> result))
        {
            result = files.ReadText(path, MaxFileBytes).TryGet(out string? text, out Problem? problem)
                ? ConfigFile.Parse(path, text)
                : problem;
            _parsed.Add(path, result);
        }

        return result;
    }
}
