using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Virtward.Hardening.Machine;

/// <summary>The policy's objects in nft's listing of one of our tables, told apart from the guard's by their names.</summary>
/// <param name="Text">The objects as nft listed them, without the elements that packets add themselves.</param>
/// <param name="Objects">Kind and name of each, such as <c>chain policy_input</c>, in their order.</param>
/// <param name="HasOthers">Whether the table holds anything else.</param>
public sealed record PolicyListing(string Text, ImmutableArray<string> Objects, bool HasOthers)
{
    /// <summary>What the names of the policy's objects begin with.</summary>
    public const string Prefix = "policy_";

    /// <summary>A table that holds nothing.</summary>
    public static readonly PolicyListing Empty = new("", [], false);

    /// <summary>Reads <c>nft -s list table</c>.</summary>
    /// <param name="listing">The output: the table with its objects, each begun by a line with one tab.</param>
    public static PolicyListing Read(string listing)
    {
        var text = new StringBuilder();
        ImmutableArray<string>.Builder objects = ImmutableArray.CreateBuilder<string>();
        bool others = false;
        string[] lines = listing.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!IsObject(lines[i]))
            {
                continue;
            }

            int end = lines[i].EndsWith('}') ? i : Array.IndexOf(lines, "\t}", i);
            end = end < 0 ? lines.Length - 1 : end;
            string[] words = lines[i].Trim().Split(' ');
            string name = words[^2];
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                objects.Add(string.Join(' ', words[..^1]));
                AppendBlock(text, lines[i..(end + 1)]);
            }
            else
            {
                others = true;
            }

            i = end;
        }

        return new PolicyListing(text.ToString(), objects.ToImmutable(), others);
    }

    /// <summary>
    /// The commands that make of this what <paramref name="before"/> was, as one transaction with others. A base chain that stays is emptied and filled again, never deleted and made anew: that
    /// would refuse packets for a moment.
    /// </summary>
    /// <param name="family">The table's family.</param>
    /// <param name="before">The objects that were there; null: there was no table.</param>
    public string ScriptBackTo(string family, string? before)
    {
        var script = new StringBuilder();
        string table = $"{family} virtward";
        foreach (string chain in Objects.Where(IsChain))
        {
            script.Append("flush ").Append("chain ").Append(table).Append(' ').Append(chain.AsSpan(6)).Append('\n');
        }

        // Chains first, for their rules use the rest; what uses nothing and is not used by anybody goes in any order.
        Dictionary<string, string> now = Frames(Text);
        Dictionary<string, string> was = Frames(before ?? "");
        foreach (string one in Objects.Where(one => was.GetValueOrDefault(one) != now[one]).OrderBy(static one => IsChain(one) ? 0 : 1))
        {
            int space = one.LastIndexOf(' ');
            script.Append("delete ").Append(one.AsSpan(0, space)).Append(' ').Append(table).Append(one.AsSpan(space)).Append('\n');
        }

        if (before is null)
        {
            if (!HasOthers)
            {
                script.Append("delete table ").Append(table).Append('\n');
            }
        }
        else
        {
            script.Append("table ").Append(table).Append(" {\n").Append(before).Append("}\n");
        }

        return script.ToString();
    }

    // What makes an object another one: of a chain its hook, of anything else all of it.
    private static Dictionary<string, string> Frames(string text)
    {
        Dictionary<string, string> frames = new(StringComparer.Ordinal);
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (IsObject(lines[i]))
            {
                int end = lines[i].EndsWith('}') ? i : Array.IndexOf(lines, "\t}", i);
                end = end < 0 ? lines.Length - 1 : end;
                string name = string.Join(' ', lines[i].Trim().Split(' ')[..^1]);
                frames[name] = IsChain(name)
                    ? lines[Math.Min(i + 1, end)].Trim() is var hook && hook.StartsWith("type ", StringComparison.Ordinal) ? hook : ""
                    : string.Join('\n', lines[i..(end + 1)]);
                i = end;
            }
        }

        return frames;
    }

    private static bool IsChain(string one) => one.StartsWith("chain ", StringComparison.Ordinal);

    /// <summary>A digest of a text, for comparing only.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool IsObject(string line) => line.Length > 2 && line[0] == '\t' && line[1] is not ('\t' or '}' or '#') && line.Contains('{', StringComparison.Ordinal)
        && line.TrimStart('\t').Split(' ') is { Length: > 2 } words && words[^1] == "{";

    private static void AppendBlock(StringBuilder text, string[] block)
    {
        // A set that packets fill (rate limits) is different at every look; what it holds is nobody's wish.
        bool dynamic = block.Any(static line => line.TrimStart().StartsWith("flags ", StringComparison.Ordinal) && line.Contains("dynamic", StringComparison.Ordinal));
        for (int i = 0; i < block.Length; i++)
        {
            if (dynamic && block[i].StartsWith("\t\telements = {", StringComparison.Ordinal))
            {
                while (i < block.Length - 1 && !block[i].EndsWith('}'))
                {
                    i++;
                }

                continue;
            }

            text.Append(block[i]).Append('\n');
        }
    }
}
