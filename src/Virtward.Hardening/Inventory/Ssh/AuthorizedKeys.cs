using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>
/// Files of public keys, reduced to what an audit needs: a line each, <c>OPTIONS TYPE BITS COMMENT</c>. Options lose their values (a forced
/// command may hold a secret), but for <c>from</c>; the key itself goes.
/// </summary>
public static class AuthorizedKeys
{
    private const string Unreadable = "?";

    /// <summary>Reduces a file; its lines keep their numbers.</summary>
    public static string Reduce(string text)
    {
        var reduced = new StringBuilder();
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            reduced.Append(ReduceLine(line.Trim().ToString())).Append('\n');
        }

        return reduced.ToString();
    }

    /// <summary>Reads a reduced file.</summary>
    public static ImmutableArray<AuthorizedKey> Read(string path, string text)
    {
        ImmutableArray<AuthorizedKey>.Builder keys = ImmutableArray.CreateBuilder<AuthorizedKey>();
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string[] words = Words(line, 4);
            if (words.Length == 0)
            {
                continue;
            }

            bool hasOptions = !IsType(words[0]);
            int type = hasOptions ? 1 : 0;
            if (words.Length < type + 2 || !int.TryParse(words[type + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int bits))
            {
                keys.Add(new AuthorizedKey(path, number, "", 0, ""));
                continue;
            }

            string[] rest = Words(line, type + 3);
            keys.Add(new AuthorizedKey(path, number, words[type], bits, rest.Length > type + 2 ? rest[type + 2] : "")
            {
                Options = hasOptions ? [.. Options(words[0])] : [],
            });
        }

        return keys.ToImmutable();
    }

    private static string ReduceLine(string line)
    {
        if (line.Length == 0 || line[0] == '#')
        {
            return "";
        }

        string[] words = Words(line, 4);
        bool hasOptions = !IsType(words[0]);
        int type = hasOptions ? 1 : 0;
        if (words.Length < type + 2 || !IsType(words[type]))
        {
            return Unreadable;
        }

        string comment = string.Join(' ', Words(line, type + 3).Skip(type + 2));
        string options = hasOptions
            ? string.Join(',', Options(words[0]).Select(static option => option.StartsWith("from=", StringComparison.Ordinal) ? option : option.Split('=')[0])) + " "
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{options}{words[type]} {Bits(words[type], words[type + 1])} {Plain(comment)}").TrimEnd();
    }

    private static string Plain(string comment) => string.Concat(comment.Take(200).Select(static c => char.IsControl(c) ? '?' : c));

    private static bool IsType(string word) =>
        word.StartsWith("ssh-", StringComparison.Ordinal) || word.StartsWith("ecdsa-", StringComparison.Ordinal) || word.StartsWith("sk-", StringComparison.Ordinal);

    // Splits at blanks outside of quotes; the last word takes the rest.
    private static string[] Words(string line, int most)
    {
        List<string> words = [];
        int at = 0;
        while (at < line.Length && words.Count < most)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
            {
                at++;
            }

            if (at == line.Length)
            {
                break;
            }

            if (words.Count == most - 1)
            {
                words.Add(line[at..].TrimEnd());
                break;
            }

            int start = at;
            bool quoted = false;
            while (at < line.Length && (quoted || !char.IsWhiteSpace(line[at])))
            {
                if (line[at] == '\\' && at + 1 < line.Length)
                {
                    at++;
                }
                else if (line[at] == '"')
                {
                    quoted = !quoted;
                }

                at++;
            }

            words.Add(line[start..at]);
        }

        return [.. words];
    }

    private static IEnumerable<string> Options(string text)
    {
        bool quoted = false;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && !quoted))
            {
                if (i > start)
                {
                    int equals = text.IndexOf('=', start, i - start);
                    string name = text[start..(equals < 0 ? i : equals)].ToLowerInvariant();
                    yield return equals < 0 ? name : $"{name}{text[equals..i]}";
                }

                start = i + 1;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
        }
    }

    private static int Bits(string type, string blob)
    {
        if (type.Contains("ed25519", StringComparison.Ordinal) || type.Contains("nistp256", StringComparison.Ordinal))
        {
            return 256;
        }

        if (type.Contains("nistp384", StringComparison.Ordinal))
        {
            return 384;
        }

        if (type.Contains("nistp521", StringComparison.Ordinal))
        {
            return 521;
        }

        byte[] bytes = new byte[blob.Length];
        if (!Convert.TryFromBase64String(blob, bytes, out int length))
        {
            return 0;
        }

        // Strings with their lengths: the type, for certificates a nonce, then for RSA exponent and modulus, for DSA the modulus.
        int skip = (type.Contains("-cert-", StringComparison.Ordinal) ? 1 : 0) + (type.StartsWith("ssh-rsa", StringComparison.Ordinal) ? 2 : 1);
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, length);
        for (int i = 0; ; i++)
        {
            if (rest.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(rest) is uint size && size > rest.Length - 4)
            {
                return 0;
            }

            ReadOnlySpan<byte> field = rest.Slice(4, (int)BinaryPrimitives.ReadUInt32BigEndian(rest));
            if (i == skip)
            {
                ReadOnlySpan<byte> number = field.TrimStart((byte)0);
                return number.IsEmpty ? 0 : (number.Length * 8) - (System.Numerics.BitOperations.LeadingZeroCount(number[0]) - 24);
            }

            rest = rest[(4 + field.Length)..];
        }
    }
}
