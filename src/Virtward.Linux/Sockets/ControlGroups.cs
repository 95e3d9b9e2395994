using System.Text.RegularExpressions;

namespace Virtward.Linux.Sockets;

/// <summary>What a control group's path says of a process: its unit, its container.</summary>
public static partial class ControlGroups
{
    private const int ShortId = 12;

    // Init's own: what it holds it has opened for other units.
    private const string Init = "init.scope";

    /// <summary>The systemd unit: the last part of the path that is one; null: none, or init's own.</summary>
    public static string? Unit(string path) => path.Split('/').LastOrDefault(static part =>
        (part.EndsWith(".service", StringComparison.Ordinal) || part.EndsWith(".scope", StringComparison.Ordinal) || part.EndsWith(".socket", StringComparison.Ordinal))
        && part != Init);

    /// <summary>The container, <c>ENGINE:ID</c>; null: none.</summary>
    public static string? Container(string path)
    {
        Match match = Engine().Match(path);
        if (match.Success)
        {
            string engine = match.Groups["engine"].Value switch
            {
                "libpod" => "podman",
                "cri-containerd" => "containerd",
                string other => other,
            };
            return $"{engine}:{match.Groups["id"].Value[..ShortId]}";
        }

        Match lxc = Lxc().Match(path);
        return lxc.Success ? $"lxc:{lxc.Groups["name"].Value}" : null;
    }

    [GeneratedRegex("(?<engine>docker|libpod|crio|cri-containerd|containerd|garden|nerdctl)[-/](?<id>[0-9a-f]{64})", RegexOptions.CultureInvariant)]
    private static partial Regex Engine();

    [GeneratedRegex(@"/(lxc\.payload\.|lxc/)(?<name>[A-Za-z0-9._-]{1,64})", RegexOptions.CultureInvariant)]
    private static partial Regex Lxc();
}
