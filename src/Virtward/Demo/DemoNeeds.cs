using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>The programs of the distribution that the demo uses; as root on Debian or RHEL they are installed where missing.</summary>
public static class DemoNeeds
{
    private static readonly ImmutableArray<Need> Needs =
    [
        new("sshd", "openssh-server", "openssh-server"),
        new("ssh", "openssh-client", "openssh-clients"),
        new("ssh-keygen", "openssh-client", "openssh"),
        new("ip", "iproute2", "iproute"),
        new("nft", "nftables", "nftables"),
        new("unshare", "util-linux", "util-linux"),
    ];

    private const string DebianCommand = "apt-get install -y --no-install-recommends";

    private const string RhelCommand = "dnf install -y";

    /// <summary>
    /// Debian starts a service when its package is installed. policy-rc.d (Debian policy 9.3.3.1) forbids that; one that is already
    /// there does so as well or is the administrator's own choice, and stays. On both families sshd would also start with the next
    /// boot, so a newly installed one is disabled: the demo must not open this machine.
    /// </summary>
    private const string DebianInstall =
        $"""
        set -e
        if [ ! -e /usr/sbin/policy-rc.d ]; then
            trap 'rm -f /usr/sbin/policy-rc.d' EXIT
            trap 'exit 130' INT TERM
            printf '#!/bin/sh\n# Set by virtward demo while it installs packages; delete it if you find it later.\nexit 101\n' >/usr/sbin/policy-rc.d
            chmod 755 /usr/sbin/policy-rc.d
        fi
        had=$(command -v sshd || true)
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q
        {DebianCommand} "$@"
        [ -n "$had" ] || ! command -v systemctl >/dev/null || systemctl disable -q ssh.service ssh.socket || true
        """;

    private const string RhelInstall =
        $"""
        set -e
        had=$(command -v sshd || true)
        {RhelCommand} "$@"
        [ -n "$had" ] || systemctl disable -q sshd.service || true
        """;

    /// <summary>Makes sure that all is there.</summary>
    /// <param name="say">Where it is said what gets installed.</param>
    public static async Task<Result<Done>> EnsureAsync(TextWriter say)
    {
        ImmutableArray<Need> missing = Missing();
        if (missing.IsEmpty)
        {
            return new Done();
        }

        PackageFamily family = SystemTools.Family();
        if (!SystemTools.IsRoot || family == PackageFamily.Other)
        {
            return Lacking(missing);
        }

        // Only what is missing: to name an installed package would upgrade it.
        ImmutableArray<string> packages = Packages(missing, family);
        string script = family == PackageFamily.Debian ? DebianInstall : RhelInstall;
        await say.WriteLineAsync(
            $"virtward demo: {Names(missing)} missing; installing {string.Join(' ', packages)} (no service is started or enabled) ...");
        var install = new ChildSpec("/bin/sh", ["-c", script, "install", .. packages]);

        // Never killed halfway by us; Ctrl-C on a terminal reaches apt-get or dnf itself, which know how to stop.
        Result<ChildOutcome> ran = await ChildProcess.RunAsync(install, TimeSpan.FromMinutes(30), CancellationToken.None);
        if (!ran.TryGet(out ChildOutcome? outcome, out Problem? problem))
        {
            return problem;
        }

        return outcome.ExitCode != 0
            ? new Problem($"cannot install the packages ({outcome.LastWords})", string.Join(' ', packages), "install them yourself, then start the demo again")
            : Missing() is { IsEmpty: false } still ? Lacking(still) : new Done();
    }

    private static ImmutableArray<Need> Missing() => [.. Needs.Where(need => SystemTools.Find(need.Program) is null)];

    private static string Names(ImmutableArray<Need> needs) => string.Join(", ", needs.Select(need => need.Program));

    private static ImmutableArray<string> Packages(ImmutableArray<Need> needs, PackageFamily family) =>
        [.. needs.Select(need => family == PackageFamily.Debian ? need.Debian : need.Rhel).Distinct()];

    private static Problem Lacking(ImmutableArray<Need> missing) => new(
        $"the demo needs {Names(missing)}",
        null,
        $"Debian family: {DebianCommand} {string.Join(' ', Packages(missing, PackageFamily.Debian))}; "
        + $"RHEL family: {RhelCommand} {string.Join(' ', Packages(missing, PackageFamily.Rhel))}");

    /// <summary>A program, and the package that brings it in either family.</summary>
    private readonly record struct Need(string Program, string Debian, string Rhel);
}
