using System.Text;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Access;

/// <summary>Takes secrets out of files that hold several settings in a line.</summary>
public static class AccessCleaning
{
    /// <summary>Words such as <c>passwd=geheim</c> of kernel command lines and of PAM's modules lose what stands after the sign.</summary>
    public static string Words(string text)
    {
        var clean = new StringBuilder(text.Length);
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || char.IsWhiteSpace(text[i]))
            {
                ReadOnlySpan<char> word = text.AsSpan(start, i - start);
                int equals = word.IndexOf('=');
                clean.Append(equals > 0 && IsSecret(word[..equals]) ? $"{word[..(equals + 1)]}{Cleaning.Removed}" : word);
                if (i < text.Length)
                {
                    clean.Append(text[i]);
                }

                start = i + 1;
            }
        }

        return clean.ToString();
    }

    /// <summary>Of a boot loader's configuration only the lines about superusers and passwords, without the passwords; line numbers stay.</summary>
    public static string BootLoader(string text)
    {
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] words = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            string first = words.Length > 0 ? words[0] : "";
            lines[i] = first switch
            {
                // RHEL's grub.cfg holds this line whether there is a password or not: what counts is user.cfg.
                "password_pbkdf2" when words.Length > 2 && words[2] == "${GRUB2_PASSWORD}" => "",
                "password" or "password_pbkdf2" => $"{first} {(words.Length > 1 ? words[1] : "")} {Cleaning.Removed}",
                _ when first.StartsWith("GRUB2_PASSWORD=", StringComparison.Ordinal) => $"GRUB2_PASSWORD={Cleaning.Removed}",
                "set" or "export" when words.Length > 1 && words[1].StartsWith("superusers", StringComparison.Ordinal) => lines[i],
                _ => "",
            };
        }

        // Thousands of empty lines are of no use: the file ends with its last line that says something.
        return string.Join('\n', lines).TrimEnd('\n');
    }

    private static bool IsSecret(ReadOnlySpan<char> key)
    {
        foreach (string end in (ReadOnlySpan<string>)["passwd", "password", "secret", "token", "passphrase", "psk"])
        {
            if (key.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
