using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// The journal entries that a filter is about: <c>journalmatch = _SYSTEMD_UNIT=ssh.service _COMM=sshd + _COMM=sshd-session</c>. Conditions
/// beside each other must all hold, those on one field are alternatives, and so are the groups between <c>+</c> and the lines.
/// </summary>
public sealed class JournalSelector
{
    private readonly ImmutableArray<ImmutableArray<KeyValuePair<string, string>>> _alternatives;

    private JournalSelector(ImmutableArray<ImmutableArray<KeyValuePair<string, string>>> alternatives)
    {
        _alternatives = alternatives;
    }

    /// <summary>The alternatives, each a list of fields and values; empty: every entry.</summary>
    public ImmutableArray<ImmutableArray<KeyValuePair<string, string>>> AnyOf => _alternatives;

    /// <summary>Takes the option's lines apart; a value may stand in quotes.</summary>
    public static JournalSelector Of(IEnumerable<string> lines)
    {
        var alternatives = ImmutableArray.CreateBuilder<ImmutableArray<KeyValuePair<string, string>>>();
        foreach (string line in lines)
        {
            var group = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
            foreach (string word in Words(line).Append("+"))
            {
                int equals = word.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    group.Add(KeyValuePair.Create(word[..equals], word[(equals + 1)..]));
                }
                else if (word == "+" && group.Count > 0)
                {
                    alternatives.Add(group.ToImmutable());
                    group.Clear();
                }
            }
        }

        return new JournalSelector(alternatives.ToImmutable());
    }

    /// <summary>Whether an entry is one of them, as far as its fields are known here; the source's own query sees all fields.</summary>
    public bool Accepts(in LogLine line)
    {
        foreach (ImmutableArray<KeyValuePair<string, string>> group in _alternatives)
        {
            bool all = true;
            foreach ((string field, _) in group)
            {
                all = all && HoldsAny(group, field, line);
            }

            if (all)
            {
                return true;
            }
        }

        return _alternatives.IsEmpty;
    }

    private static bool HoldsAny(ImmutableArray<KeyValuePair<string, string>> group, string field, in LogLine line)
    {
        foreach ((string name, string value) in group)
        {
            if (name == field && Holds(name, value, line))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(string field, string value, in LogLine line) => field switch
    {
        "_SYSTEMD_UNIT" => Same(line.Unit, value),
        "_COMM" => Same(line.Command, value),
        "SYSLOG_IDENTIFIER" => Same(line.Identifier, value),
        "_PID" => line.ProcessId.ToString(CultureInfo.InvariantCulture) == value,
        "_UID" => line.UserId.ToString(CultureInfo.InvariantCulture) == value,
        _ => true,
    };

    private static bool Same(ReadOnlySpan<byte> field, string value) => field.SequenceEqual(Encoding.UTF8.GetBytes(value));

    private static IEnumerable<string> Words(string line)
    {
        var word = new StringBuilder();
        char quote = '\0';
        foreach (char c in line + " ")
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                quote = quote == '\0' ? c : '\0';
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                }

                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }
    }
}
