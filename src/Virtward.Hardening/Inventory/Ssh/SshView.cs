using System.Collections.Immutable;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>What sshd does with one class of connections: its own answer where it could be asked, else what its files and its defaults come to.</summary>
public sealed class SshView
{
    private readonly SshdConfig _config;
    private readonly SshVersion? _version;
    private readonly SshConnection? _connection;
    private readonly ImmutableDictionary<string, ImmutableArray<string>>? _answer;

    internal SshView(SshdConfig config, SshVersion? version, SshClass? only, SshConnection? connection, string? answer, string? whyNot)
    {
        _config = config;
        _version = version;
        _connection = connection;
        _answer = answer is null ? null : Parse(answer);
        Class = only;
        WhyNotAsked = _answer is null ? whyNot ?? "sshd was not asked" : null;
    }

    /// <summary>The Match block that it is about; null: every connection that no block is for.</summary>
    public SshClass? Class { get; }

    /// <summary>Whether sshd itself was asked (<c>sshd -T</c>).</summary>
    public bool Asked => _answer is not null;

    /// <summary>Why sshd was not asked; null: it was.</summary>
    public string? WhyNotAsked { get; }

    /// <summary>Why this cannot be relied on: sshd was not asked, and its files were not all read. null: it can.</summary>
    public string? Problem => Asked ? null
        : _config.Unread.IsEmpty ? null
        : $"sshd itself was not asked ({WhyNotAsked}), and its files were not all read: {string.Join("; ", _config.Unread.Take(3))}";

    /// <summary>What a pass rests on, to stand before what was seen: <c>sshd -T says</c>, <c>by the files (sshd itself was not asked)</c>.</summary>
    public string Basis => Asked ? "sshd -T says" : "by the files (sshd itself was not asked)";

    /// <summary>The value of a keyword, in lower case but for names and paths; null: not known, or this sshd has no such setting.</summary>
    public string? Value(string keyword) => Values(keyword) is [string first, ..] ? first : null;

    /// <summary>All values of a keyword that takes several lines.</summary>
    public ImmutableArray<string> Values(string keyword)
    {
        if (_answer is not null)
        {
            return _answer.GetValueOrDefault(keyword, []);
        }

        ImmutableArray<string> values = _config.Values(keyword, _connection);
        if (values.IsEmpty && Alias(keyword) is string alias)
        {
            values = _config.Values(alias, _connection);
        }

        string? preset = SshDefaults.Of(keyword, _version);
        return values.IsEmpty ? preset is null ? [] : [preset]
            : keyword is "kexalgorithms" or "ciphers" or "macs" or "hostkeyalgorithms" or "pubkeyacceptedalgorithms" ? Relative(values[0], preset) is string list ? [list] : []
            : values;
    }

    /// <summary>Whether this sshd knows a setting; null: not known.</summary>
    public bool? Knows(string keyword) => _answer is not null ? _answer.ContainsKey(keyword) : SshDefaults.Knows(keyword, _version);

    /// <summary>The lines of files that set a keyword, the winner first.</summary>
    public ImmutableArray<SshdLine> Lines(string keyword)
    {
        ImmutableArray<SshdLine> lines = _config.Setting(keyword, _connection);
        return Alias(keyword) is string alias ? [.. lines.Concat(_config.Setting(alias, _connection)).OrderBy(static line => line.Match is null).ThenBy(static line => line.Order)] : lines;
    }

    /// <summary>What a finding about a keyword rests on: the value in force, the line that sets it, and the lines that lose to it.</summary>
    public ImmutableArray<Evidence> Evidence(string keyword)
    {
        ImmutableArray<SshdLine> lines = Lines(keyword);
        string source = Asked ? "sshd -T" : lines.IsEmpty ? "the default; sshd itself was not asked" : "by the files; sshd itself was not asked";
        string about = Class is null ? "" : $" for {Class.Match}";
        ImmutableArray<Evidence>.Builder evidence = ImmutableArray.CreateBuilder<Evidence>();
        evidence.Add(Checks.Evidence.OfSetting($"{keyword}{about}", $"{Shown(keyword)} ({source})"));
        if (!lines.IsEmpty)
        {
            bool agrees = !Asked || lines[0].Value.Equals(Value(keyword), StringComparison.OrdinalIgnoreCase) || keyword.EndsWith('s') || IsSynonym(lines[0].Value, Value(keyword));
            evidence.Add(Checks.Evidence.OfLine(lines[0].Path, lines[0].Number, lines[0].Text + (agrees ? "" : " (sshd itself says otherwise, and counts)")));
            evidence.AddRange(lines.Skip(1).Take(3).Select(static line => Checks.Evidence.OfLine(line.Path, line.Number, $"{line.Text} (loses: the first value wins)")));
        }

        return evidence.ToImmutable();
    }

    private string Shown(string keyword) => Values(keyword) is { Length: > 0 } values ? string.Join(' ', values.Take(8)) : "not set";

    private static bool IsSynonym(string one, string? other) => (one.ToLowerInvariant(), other) is ("prohibit-password", "without-password") or ("without-password", "prohibit-password");

    // The old name of a setting, which sshd still takes.
    private static string? Alias(string keyword) => keyword switch
    {
        "kbdinteractiveauthentication" => "challengeresponseauthentication",
        "pubkeyacceptedalgorithms" => "pubkeyacceptedkeytypes",
        _ => null,
    };

    // +LIST adds to the default, -LIST takes away, ^LIST puts to the front.
    private static string? Relative(string list, string? preset)
    {
        if (list.Length == 0 || list[0] is not ('+' or '-' or '^'))
        {
            return list;
        }

        if (preset is null)
        {
            return null;
        }

        string[] named = list[1..].Split(',', StringSplitOptions.RemoveEmptyEntries);
        string[] known = preset.Split(',');
        IEnumerable<string> result = list[0] switch
        {
            '+' => known.Concat(named),
            '-' => known.Where(one => !named.Any(pattern => SshPatterns.Matches(pattern, one))),
            _ => named.Concat(known),
        };
        return string.Join(',', result.Distinct(StringComparer.Ordinal));
    }

    private static ImmutableDictionary<string, ImmutableArray<string>>? Parse(string answer)
    {
        var values = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string line in answer.Split('\n').Take(5000))
        {
            string text = line.Trim();
            int space = text.IndexOf(' ', StringComparison.Ordinal);
            string keyword = (space < 0 ? text : text[..space]).ToLowerInvariant();
            if (keyword.Length is > 0 and < 60 && keyword.All(char.IsAsciiLetterOrDigit))
            {
                (values.TryGetValue(keyword, out List<string>? list) ? list : values[keyword] = []).Add(space < 0 ? "" : text[(space + 1)..].Trim());
            }
        }

        // Anything else than its own settings is no answer.
        return values.ContainsKey("port") || values.ContainsKey("permitrootlogin")
            ? values.ToImmutableDictionary(static pair => pair.Key, static pair => pair.Value.ToImmutableArray(), StringComparer.Ordinal)
            : null;
    }
}
