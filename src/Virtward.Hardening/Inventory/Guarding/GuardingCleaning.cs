using System.Buffers;
using System.Text;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Guarding;

/// <summary>Takes secrets out of configuration that holds options in brackets: <c>cloudflare[cfuser="a", cftoken="b"]</c>, <c>action(pwd="c")</c>.</summary>
public static class GuardingCleaning
{
    private static readonly SearchValues<char> Ends = SearchValues.Create(",])\n \t");

    /// <summary>What <see cref="Cleaning.Secrets"/> takes out, and the values of options in brackets whose names tell of a secret.</summary>
    public static string Options(string text)
    {
        string rest = Cleaning.Secrets(text);
        var clean = new StringBuilder(rest.Length);
        int kept = 0;
        for (int equals = rest.IndexOf('=', StringComparison.Ordinal); equals >= 0; equals = equals + 1 < rest.Length ? rest.IndexOf('=', equals + 1) : -1)
        {
            int name = equals;
            while (name > 0 && (char.IsAsciiLetterOrDigit(rest[name - 1]) || rest[name - 1] is '_' or '-' or '.'))
            {
                name--;
            }

            if (equals < kept || !IsSecret(rest.AsSpan(name, equals - name)) || name == 0 || rest[name - 1] is not ('[' or '(' or ',' or ' ' or '\t'))
            {
                continue;
            }

            int value = equals + 1;
            char quote = value < rest.Length && rest[value] is '"' or '\'' ? rest[value] : '\0';
            int end = quote == '\0' ? rest.AsSpan(value).IndexOfAny(Ends) : rest.AsSpan(value + 1).IndexOf(quote);
            end = end < 0 ? rest.Length : quote == '\0' ? value + end : value + end + 2;
            clean.Append(rest, kept, value - kept).Append(Cleaning.Removed);
            kept = end;
        }

        return clean.Append(rest, kept, rest.Length - kept).ToString();
    }

    private static bool IsSecret(ReadOnlySpan<char> name)
    {
        foreach (string end in (ReadOnlySpan<string>)["key", "token", "password", "passwd", "pwd", "pass", "secret"])
        {
            if (name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
