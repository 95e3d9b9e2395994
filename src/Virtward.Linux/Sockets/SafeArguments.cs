using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Linux.Sockets;

/// <summary>
/// Of a process's arguments those that say where it listens. Anything else may be a secret, so that the rest of every command line is left
/// out: what passes is named here.
/// </summary>
public static class SafeArguments
{
    private const int MaxLength = 300;

    /// <summary>The arguments as one text; null: none that may be shown.</summary>
    public static string? Of(string program, ImmutableArray<string> arguments)
    {
        IEnumerable<string> shown = program switch
        {
            _ when QemuArguments.IsQemu(program) => QemuArguments.Endpoints(arguments)
                .Select(static endpoint => $"{endpoint.Purpose}={(endpoint.Listen.Contains(':', StringComparison.Ordinal) ? $"[{endpoint.Listen}]" : endpoint.Listen)}:{endpoint.Port}"),
            "docker-proxy" or "rootlessport" => Pairs(arguments, "-proto", "-host-ip", "-host-port", "-container-ip", "-container-port"),
            "dnsmasq" => arguments.Where(static argument => argument.StartsWith("--conf-file=", StringComparison.Ordinal)),
            "sshd" => Pairs(SshdTitle(arguments), "-p", "-f"),
            _ when IsInterpreter(program) => Script(arguments),
            _ => [],
        };
        string text = string.Join(' ', shown);
        return text.Length == 0 ? null : text.Length > MaxLength ? text[..MaxLength] : text;
    }

    private static IEnumerable<string> Pairs(ImmutableArray<string> arguments, params string[] options)
    {
        for (int i = 1; i + 1 < arguments.Length; i++)
        {
            if (options.Contains(arguments[i]))
            {
                yield return $"{arguments[i]} {arguments[i + 1]}";
            }
        }
    }

    // The server that listens writes its arguments anew, as one: "sshd: /usr/sbin/sshd -D -f FILE [listener] 0 of 10-100 startups". Those of
    // connections, which hold names that a client chose, have no such mark.
    private static ImmutableArray<string> SshdTitle(ImmutableArray<string> arguments)
    {
        const string Begins = "sshd: ";
        int mark = arguments.Length == 0 ? -1 : arguments[0].IndexOf(" [listener]", StringComparison.Ordinal);
        return mark >= 0 && arguments[0].StartsWith(Begins, StringComparison.Ordinal)
            ? [.. arguments[0][Begins.Length..Math.Max(mark, Begins.Length)].Split(' ', StringSplitOptions.RemoveEmptyEntries)]
            : arguments;
    }

    private static bool IsInterpreter(string program) =>
        program is "java" or "node" or "ruby" or "php" or "bash" or "sh" or "dotnet"
        || program.StartsWith("python", StringComparison.Ordinal)
        || program.StartsWith("perl", StringComparison.Ordinal);

    // The script, or the module after -m: a path or a name, nothing else.
    private static IEnumerable<string> Script(ImmutableArray<string> arguments)
    {
        if (arguments.Length >= 3 && arguments[1] == "-m" && IsPath(arguments[2]))
        {
            return ["-m", arguments[2]];
        }

        return arguments.Length >= 2 && IsPath(arguments[1]) && File.Exists(arguments[1]) ? [arguments[1]] : [];
    }

    private static bool IsPath(string text) =>
        text.Length is > 0 and < 200 && text[0] != '-' && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-');
}
