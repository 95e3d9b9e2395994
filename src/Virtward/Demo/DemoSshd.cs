using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>
/// The distribution's own sshd, on port 22 of the throwaway host, with keys of its own, an account of its own, and the log that it
/// would write on any host: <c>/var/log/auth.log</c> by way of <c>/dev/log</c>.
/// </summary>
public sealed class DemoSshd : IAsyncDisposable
{
    /// <summary>The account that the administrator's key opens.</summary>
    public const string Admin = "admin";

    /// <summary>sshd's log.</summary>
    public const string Log = "/var/log/auth.log";

    /// <summary>sshd's port.</summary>
    public const ushort Port = 22;

    private const string AdminId = "1000";

    private readonly ChildProcess _daemon;
    private readonly SyslogReceiver _syslog;

    private DemoSshd(ChildProcess daemon, SyslogReceiver syslog)
    {
        _daemon = daemon;
        _syslog = syslog;
    }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="network">The cables.</param>
    /// <param name="scratch">Where its configuration and keys go; the administrator's key becomes <c>admin_key</c>.</param>
    /// <param name="written">Told about each line of its log.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<DemoSshd>> StartAsync(
        DemoNetwork network, ScratchDirectory scratch, Action<LoggedLine> written, CancellationToken cancel)
    {
        if (CoverAccounts(scratch) is { IsOk: false } accounts)
        {
            return accounts.Problem;
        }

        foreach (string key in new[] { "host_key", "admin_key" })
        {
            var make = new ChildSpec(SystemTools.Find("ssh-keygen")!, ["-q", "-t", "ed25519", "-N", "", "-f", scratch[key]]);
            if (await SucceedAsync(make, "make a key for the demo", cancel) is { IsOk: false } unmade)
            {
                return unmade.Problem;
            }
        }

        // The directory that Debian's sshd locks its unprivileged half into; /run is private and empty here.
        _ = new ScratchDirectory("/run/sshd");
        scratch.Write("authorized_keys", scratch.Read("admin_key.pub"));
        string sshd = SystemTools.Find("sshd")!;
        string configuration = await ConfigureAsync(sshd, scratch, cancel);

        // A process that may not change its user cannot be root for sshd, which then would want to. So it gets one more user
        // namespace, in which it is the administrator's account, and that may not have a port below 1024 unless told so.
        bool oneUser = Sandbox.HasOneUserOnly();
        if (oneUser && network.Host.Run(() => KernelSetting.Write("net/ipv4/ip_unprivileged_port_start", "0")) is { IsOk: false } low)
        {
            return low.Problem;
        }

        ImmutableArray<string> daemon = [sshd, "-D", "-f", configuration];
        ImmutableArray<string> command = oneUser
            ? [SystemTools.Find("unshare")!, "--user", $"--map-user={AdminId}", $"--map-group={AdminId}", "--", .. daemon]
            : daemon;
        SyslogReceiver syslog = SyslogReceiver.Start("/dev/log", Log, "host", written);
        if (!ChildProcess.Start(new ChildSpec(command[0], command[1..]) { Network = network.Host })
            .TryGet(out ChildProcess? process, out Problem? problem))
        {
            syslog.Dispose();
            return problem;
        }

        var started = new DemoSshd(process, syslog);
        return await started.AnswersAsync(cancel) is { IsOk: false } silent ? silent.Problem : started;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _syslog.Dispose();
    }

    private async Task<Result<Done>> AnswersAsync(CancellationToken cancel)
    {
        for (int tries = 0; tries < 100; tries++)
        {
            if (_daemon.Exited.IsCompleted)
            {
                return new Problem($"the demo's sshd did not start ({(await _daemon.Exited).LastWords})");
            }

            if (await TcpKnock.TryAsync(Scenery.Gateway, Scenery.Host, Port, TimeSpan.FromMilliseconds(500), cancel))
            {
                return new Done();
            }

            await Task.Delay(100, cancel);
        }

        return new Problem("the demo's sshd did not answer within ten seconds");
    }

    /// <summary>
    /// Accounts of the demo's own, so that no attempt is made on one of this machine's. Root has no password at all ("*"), and
    /// NOUSER is the name by which sshd looks up the password of accounts that do not exist.
    /// </summary>
    private static Result<Done> CoverAccounts(ScratchDirectory scratch)
    {
        string home = scratch.Make("home");
        (string File, string Text, bool Secret)[] files =
        [
            ("passwd", $"""
                root:x:0:0::{home}:/bin/sh
                sshd:x:74:74::/run/sshd:/bin/false
                {Admin}:x:{AdminId}:{AdminId}::{home}:/bin/sh

                """, false),
            ("group", $"""
                root:x:0:
                sshd:x:74:
                {Admin}:x:{AdminId}:

                """, false),
            ("shadow", $"""
                root:*:20000::::::
                NOUSER:*:20000::::::
                {Admin}:*:20000::::::

                """, true),
            ("nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files\n", false),
        ];
        foreach ((string file, string text, bool secret) in files)
        {
            if (PrivateRoot.Cover($"/etc/{file}", scratch.Write(file, text, secret)) is { IsOk: false } uncovered)
            {
                return uncovered;
            }
        }

        return new Done();
    }

    private static async Task<string> ConfigureAsync(string sshd, ScratchDirectory scratch, CancellationToken cancel)
    {
        string configuration = scratch.Write("sshd_config", $"""
            Port {Port}
            HostKey {scratch["host_key"]}
            AuthorizedKeysFile {scratch["authorized_keys"]}
            StrictModes no
            UsePAM no
            UseDNS no
            PidFile none
            PermitRootLogin prohibit-password
            PasswordAuthentication yes
            KbdInteractiveAuthentication no
            MaxStartups 1000
            LoginGraceTime 20
            LogLevel INFO
            PrintMotd no

            """);

        // OpenSSH 9.8 and later shuts out attackers on its own; here the guard shall have to do it.
        const string penalties = "PerSourcePenalties=no";
        return await SucceedAsync(new ChildSpec(sshd, ["-t", "-f", configuration, "-o", penalties]), "", cancel) is { IsOk: true }
            ? scratch.Write("sshd_config", scratch.Read("sshd_config") + penalties.Replace('=', ' ') + "\n")
            : configuration;
    }

    private static async Task<Result<Done>> SucceedAsync(ChildSpec spec, string purpose, CancellationToken cancel) =>
        !(await ChildProcess.RunAsync(spec, TimeSpan.FromSeconds(10), cancel)).TryGet(out ChildOutcome? outcome, out Problem? problem)
            ? problem
            : outcome.ExitCode == 0 ? new Done() : new Problem($"cannot {purpose} ({outcome.LastWords})");
}
