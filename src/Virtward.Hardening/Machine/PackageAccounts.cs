using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Hardening.Machine;

/// <summary>
/// Users and groups that packages make for themselves. Where the power failed while one was made, the package's own script does not know of what there is already; and rpm's packages leave theirs
/// behind. What goes is what was not there before, is a system's account, and is made by a package that is gone.
/// </summary>
internal sealed class PackageAccounts(HostMachine machine)
{
    private const int MaxFile = 16 * 1024 * 1024;

    // login.defs(5): SYS_UID_MAX, SYS_GID_MAX.
    private const int LastSystemId = 999;

    private static readonly ImmutableArray<(string Kind, string Path, string Program)> Kinds = [("user", "/etc/passwd", "userdel"), ("group", "/etc/group", "groupdel")];

    // Programs of scripts; and what rpm says of sysusers.d(5), "user(NAME) = …". There a line is "u NAME …" itself.
    private static readonly ImmutableArray<string> Makers = ["adduser", "useradd", "addgroup", "groupadd", "user(", "group("];

    // What shadow's programs write before they put it in place (its lib/commonio.c).
    private static readonly ImmutableArray<string> HalfWritten = ["/etc/passwd+", "/etc/shadow+", "/etc/group+", "/etc/gshadow+"];

    /// <summary>The accounts that there are, for a journal.</summary>
    public string Remember() => string.Join(' ', Kinds.SelectMany(kind => Names(kind.Path).Select(one => $"{kind.Kind}:{one.Name}")).Concat(HalfWritten.Where(IsThere)));

    /// <summary>Removes the new ones.</summary>
    /// <param name="before">What <see cref="Remember"/> said; empty: that is not known, and nothing is removed.</param>
    /// <param name="scripts">What is run and read when the packages that are gone are installed.</param>
    /// <param name="cancel">Breaks it off.</param>
    public async Task<Result<Done>> RemoveNewAsync(string before, string scripts, CancellationToken cancel)
    {
        if (before.Length == 0)
        {
            return default(Done);
        }

        HashSet<string> known = [.. before.Split(' ')];
        string[] making = [.. Making(scripts)];
        foreach ((string kind, string path, string program) in Kinds)
        {
            // Anew for each kind: a user's own group goes with it.
            foreach ((string name, int id) in Names(path))
            {
                if (id is < 1 or > LastSystemId || known.Contains($"{kind}:{name}") || !making.Any(line => IsNamed(name, line)))
                {
                    continue;
                }

                if (!(await machine.Commands.RunAsync(Command.Of("env", "LC_ALL=C", program, name), cancel)).TryGet(out CommandOutput? output, out Problem? problem))
                {
                    return problem;
                }

                if (!output.Succeeded)
                {
                    return new Problem($"the {kind} that a package had made could not be removed: {output.Error.Trim()}", name);
                }
            }
        }

        foreach (string path in HalfWritten.Where(path => !known.Contains(path) && IsThere(path)))
        {
            if (!machine.Files.Remove(path).TryGet(out _, out Problem? problem))
            {
                return problem;
            }
        }

        return default(Done);
    }

    private bool IsThere(string path) => machine.Files.Read(path, MaxFile) is { IsOk: true, Value: not null };

    // passwd(5), group(5): the third field is the number.
    private ImmutableArray<(string Name, int Id)> Names(string path) => machine.Files.Read(path, MaxFile).TryGet(out FileImage? image, out _) && image is not null
        ? [.. image.Content.ToText().Split('\n').Select(static line => line.Split(':')).Where(static fields => fields.Length > 2 && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(static fields => (fields[0], int.Parse(fields[2], CultureInfo.InvariantCulture)))]
        : [];

    // In a line that makes accounts: others are only spoken of.
    private static IEnumerable<string> Making(string scripts) => scripts.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
        .Where(static line => Makers.Any(maker => line.Contains(maker, StringComparison.Ordinal)) || line.StartsWith("u ", StringComparison.Ordinal) || line.StartsWith("g ", StringComparison.Ordinal));

    // As a word of its own.
    private static bool IsNamed(string name, string line)
    {
        for (int at = line.IndexOf(name, StringComparison.Ordinal); at >= 0; at = line.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            int end = at + name.Length;
            if ((at == 0 || !IsOfName(line[at - 1])) && (end == line.Length || !IsOfName(line[end])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfName(char one) => char.IsAsciiLetterOrDigit(one) || one is '_' or '-';
}
