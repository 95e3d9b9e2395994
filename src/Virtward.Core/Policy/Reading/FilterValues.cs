using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Reads a filter as a jail names it: <c>sshd</c>, <c>sshd[mode=aggressive]</c>, <c>/etc/virtward/filters/mine.yaml</c>.</summary>
public static class FilterValues
{
    private const string Example = "a filter such as sshd, \"sshd[mode=aggressive]\" or /etc/virtward/filters/mine.yaml";

    /// <summary>Reads a filter reference.</summary>
    public static bool Filter(YamlItem item, ProblemList problems, out FilterReference? value)
    {
        value = null;
        if (!Values.Text(item, Example, problems, out string text))
        {
            return false;
        }

        value = TryParse(text);
        if (value is null)
        {
            problems.AddExpected(item, Example);
            return false;
        }

        bool knownKind = value.Name.EndsWith(".yaml", StringComparison.Ordinal) || value.Name.EndsWith(".conf", StringComparison.Ordinal);
        if (value.IsFile && !value.Name.StartsWith('/'))
        {
            problems.Add(item, $"the filter file {ProblemList.Quote(value.Name)} has no absolute path", "write it from '/' on");
            value = null;
        }
        else if (value.IsFile && !knownKind)
        {
            problems.Add(item, $"the filter file {ProblemList.Quote(value.Name)} has an unknown kind", "it must end with .yaml or .conf");
            value = null;
        }

        return value is not null;
    }

    /// <summary>Takes a reference apart; null where it has no such form. Option values may stand in double quotes.</summary>
    public static FilterReference? TryParse(string text)
    {
        int open = text.IndexOf('[', StringComparison.Ordinal);
        string name = open < 0 ? text : text[..open];
        if (name.Length == 0 || name.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter)))
        {
            return null;
        }

        if (open < 0)
        {
            return new FilterReference(name, ImmutableSortedDictionary<string, string>.Empty);
        }

        if (!text.EndsWith(']'))
        {
            return null;
        }

        var options = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string part in SplitOptions(text[(open + 1)..^1]))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return null;
            }

            string option = part[..equals].TrimEnd();
            string setting = part[(equals + 1)..].TrimStart();
            bool quoted = setting.Length >= 2 && setting[0] == '"' && setting[^1] == '"';
            if (!options.TryAdd(option, quoted ? setting[1..^1] : setting))
            {
                return null;
            }
        }

        return new FilterReference(name, options.ToImmutable());
    }

    /// <summary>Splits at the commas outside double quotes.</summary>
    private static IEnumerable<string> SplitOptions(string text)
    {
        int start = 0;
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            quoted ^= text[i] == '"';
            if (text[i] == ',' && !quoted)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }
}
