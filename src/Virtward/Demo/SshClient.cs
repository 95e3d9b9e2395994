using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>
/// The real ssh(1), as attackers and administrators use it. The cheapest algorithms that every sshd allows: the demo's time goes
/// into what it shows.
/// </summary>
public sealed class SshClient(string keyFile)
{
    /// <summary>Seconds without an answer after which an attacker goes elsewhere.</summary>
    private const int AttackerPatience = 2;

    /// <summary>Seconds without an answer after which a login has failed.</summary>
    private const int AdminPatience = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Passwords come from SSH_ASKPASS (ssh(1)): echo answers with the very question, which is nobody's password.</summary>
    private static readonly ImmutableDictionary<string, string> WrongPasswords = ImmutableDictionary<string, string>.Empty
        .Add("SSH_ASKPASS", "/bin/echo")
        .Add("SSH_ASKPASS_REQUIRE", "force")
        .Add("DISPLAY", "none");

    private readonly string _ssh = SystemTools.Find("ssh")!;

    /// <summary>
    /// Tries passwords in one connection, and hangs up when sshd does, when <paramref name="enough"/> ends, or after a few seconds.
    /// </summary>
    /// <param name="from">The attacker's address.</param>
    /// <param name="user">Whose account.</param>
    /// <param name="passwords">How many, three at most.</param>
    /// <param name="enough">Ends when the attacker has reason to give up, such as a moment after its ban.</param>
    /// <param name="cancel">Ends it too.</param>
    public async Task TryPasswordsAsync(Address from, string user, int passwords, Task enough, CancellationToken cancel)
    {
        var attempt = new ChildSpec(
            _ssh,
            [
                .. Common(from, AttackerPatience), "-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password",
                "-o", $"NumberOfPasswordPrompts={passwords}", $"{user}@{Scenery.HostFor(from)}", "true",
            ])
        {
            Environment = WrongPasswords,
        };
        if (ChildProcess.Start(attempt).TryGet(out ChildProcess? client, out _))
        {
            await using (client)
            {
                await Task.WhenAny(client.Exited, enough, Task.Delay(Patience, cancel));
            }
        }
    }

    /// <summary>
    /// Logs in with the administrator's key and lets the host say where it sees the connection come from. Whether that was
    /// <paramref name="from"/>.
    /// </summary>
    /// <param name="from">The client's address.</param>
    /// <param name="network">The namespace that has it; null: the demo's Internet.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<bool> LogInAsync(Address from, NetworkNamespace? network, CancellationToken cancel)
    {
        var login = new ChildSpec(
            _ssh,
            [
                .. Common(from, AdminPatience), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", keyFile,
                $"{DemoSshd.Admin}@{Scenery.HostFor(from)}", "echo \"$SSH_CONNECTION\"",
            ])
        {
            Network = network,
        };
        return (await ChildProcess.RunAsync(login, TimeSpan.FromSeconds(20), cancel)).TryGet(out ChildOutcome? outcome, out _)
            && outcome.ExitCode == 0
            && outcome.Output.StartsWith($"{from} ", StringComparison.Ordinal);
    }

    private static ImmutableArray<string> Common(Address from, int patience) =>
    [
        "-F", "none", "-b", $"{from}", "-o", $"ConnectTimeout={patience}", "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=/dev/null", "-o", "GlobalKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "KexAlgorithms=curve25519-sha256",
        "-o", "HostKeyAlgorithms=ssh-ed25519", "-o", "Ciphers=aes128-gcm@openssh.com",
    ];
}
