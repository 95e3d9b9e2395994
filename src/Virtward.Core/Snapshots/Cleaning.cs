using System.Text;

namespace Virtward.Core.Snapshots;

/// <summary>Takes secrets out of texts before they enter a snapshot. That one was there stays to be seen.</summary>
public static class Cleaning
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Removed = "(removed)";

    /// <summary>Nothing is taken out: for files whose format has no room for a secret.</summary>
    public static string Nothing(string text) => text;

    /// <summary>
    /// The values of settings whose names tell of a secret (<c>password = …</c>, <c>PresharedKey = …</c>, <c>"token": …</c>), logins inside
    /// addresses (<c>https://user:password@host</c>), and blocks in PEM. Comments too: a secret that is commented out is one.
    /// </summary>
    public static string Secrets(string text)
    {
        var clean = new StringBuilder(text.Length);
        bool inBlock = false;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            // A public key or certificate is no secret.
            bool begins = line.Contains("-----BEGIN ", StringComparison.Ordinal) && line.Contains("PRIVATE", StringComparison.Ordinal);
            inBlock |= begins;
            if (!inBlock || begins)
            {
                Append(clean, line);
                clean.Append('\n');
            }

            inBlock &= !line.Contains("-----END ", StringComparison.Ordinal);
        }

        // Each line got its end, and the text's last line has none.
        if (clean.Length > 0)
        {
            clean.Length--;
        }

        return clean.ToString();
    }

    /// <summary>
    /// The password field of passwd(5) and shadow(5): a hash becomes <c>(hash)</c>, with <c>!</c> before it where the account is locked;
    /// empty, <c>*</c>, <c>!</c> and <c>x</c> stay. The comment of passwd(5), mostly a person's name, goes.
    /// </summary>
    public static string Hashes(string text)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] fields = lines[i].Split(':');
            if (fields.Length > 1 && fields[1].TrimStart('!').Length > 1)
            {
                fields[1] = (fields[1][0] == '!' ? "!" : "") + "(hash)";
            }

            // The comment of passwd(5): a person's name, telephone number, or whatever somebody wrote there.
            if (fields.Length == 7)
            {
                fields[4] = "";
            }

            lines[i] = string.Join(':', fields);
        }

        return string.Join('\n', lines);
    }

    private static void Append(StringBuilder to, ReadOnlySpan<char> line)
    {
        int separator = line.IndexOfAny('=', ':');
        if (separator > 0 && Names(line[..separator]) && !line[(separator + 1)..].Trim().IsEmpty)
        {
            to.Append(line[..(separator + 1)]).Append(' ').Append(Removed);
            return;
        }

        // "key value", as OpenVPN, rsyslog and chrony write.
        ReadOnlySpan<char> words = line.TrimStart().TrimStart('#').TrimStart();
        int space = words.IndexOfAny(' ', '\t');
        if (separator < 0 && space > 0 && Names(words[..space]))
        {
            to.Append(line[..(line.Length - words.Length + space)]).Append(' ').Append(Removed);
            return;
        }

        AppendWithoutLogin(to, line);
    }

    private static bool Names(ReadOnlySpan<char> key)
    {
        // Settings about passwords, not with one: "PasswordAuthentication", "auth_unix_rw", "pwquality minlen".
        ReadOnlySpan<char> word = key.Trim().TrimStart('#').Trim(" \t\"'");
        return Ends(word, "password") || Ends(word, "passwd") || Ends(word, "passphrase") || Ends(word, "secret") || Ends(word, "token")
            || Ends(word, "privatekey") || Ends(word, "private_key") || Ends(word, "presharedkey") || Ends(word, "psk") || Ends(word, "apikey")
            || Ends(word, "api_key") || Ends(word, "access_key") || Ends(word, "secret_key") || Ends(word, "credentials");
    }

    private static bool Ends(ReadOnlySpan<char> word, string end) => word.EndsWith(end, StringComparison.OrdinalIgnoreCase);

    private static void AppendWithoutLogin(StringBuilder to, ReadOnlySpan<char> line)
    {
        int scheme = line.IndexOf("://", StringComparison.Ordinal);
        int at = scheme < 0 ? -1 : line[scheme..].IndexOf('@');
        ReadOnlySpan<char> login = at < 0 ? [] : line[(scheme + 3)..(scheme + at)];
        if (at < 0 || login.IndexOfAny("/ \t\"") >= 0)
        {
            to.Append(line);
            return;
        }

        to.Append(line[..(scheme + 3)]).Append(Removed);
        AppendWithoutLogin(to, line[(scheme + at)..]);
    }
}
