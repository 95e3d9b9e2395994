using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>The programs of the distribution that the demo uses; as root on Debian or RHEL they are installed where missing.</summary>
public static class DemoNeeds
{
    private static readonly ImmutableArray<string> Programs = ["sshd", "ssh", "ssh-keygen", "ip", "nft", "unshare"];

    private const string DebianPackages = "openssh-server openssh-client iproute2 nftables util-linux";

    private const string RhelPackages = "openssh-server openssh-clients iproute nftables util-linux";

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
            printf '#!/bin/sh\n# Set by virtward demo while it installs packages; delete it if you find it later.\nexit 101\n' >/usr/sbin/policy-rc.d
            chmod 755 /usr/sbin/policy-rc.d
        fi
        had=$(command -v sshd || true)
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q
        apt-get install -q -y --no-install-recommends {DebianPackages}
        [ -n "$had" ] || ! command -v systemctl >/dev/null || systemctl disable -q ssh.service ssh.socket || true
        """;

    private const string RhelInstall =
        $"""
        set -e
        had=$(command -v sshd || true)
        dnf install -q -y {RhelPackages}
        [ -n "$had" ] || systemctl disable -q sshd.service || true
        """;

    /// <summary>Makes sure that all is there.</summary>
    /// <param name="say">Where it is said what gets installed.</param>
    /// <param name="cancel">Stops the installation.</param>
    public static async Task<Result<Done>> EnsureAsync(TextWriter say, CancellationToken cancel)
    {
        ImmutableArray<string> missing = Missing();
        if (missing.IsEmpty)
        {
            return new Done();
        }

        PackageFamily family = SystemTools.Family();
        string packages = family == PackageFamily.Debian ? DebianPackages : RhelPackages;
        if (!SystemTools.IsRoot || family == PackageFamily.Other)
        {
            return Lacking(missing);
        }

        await say.WriteLineAsync(
            $"virtward demo: {string.Join(", ", missing)} missing; installing {packages} (sshd will be neither started nor enabled) ...");
        var install = new ChildSpec("/bin/sh", ["-c", family == PackageFamily.Debian ? DebianInstall : RhelInstall]);
        Result<ChildOutcome> ran = await ChildProcess.RunAsync(install, TimeSpan.FromMinutes(10), cancel);
        if (!ran.TryGet(out ChildOutcome? outcome, out Problem? problem))
        {
            return problem;
        }

        return outcome.ExitCode != 0
            ? new Problem($"cannot install the packages ({outcome.LastWords})", packages, "install them yourself, then start the demo again")
            : Missing() is { IsEmpty: false } still ? Lacking(still) : new Done();
    }

    private static ImmutableArray<string> Missing() => [.. Programs.Where(program => SystemTools.Find(program) is null)];

    private static Problem Lacking(ImmutableArray<string> missing) => new(
        $"the demo needs {string.Join(", ", missing)}",
        null,
        $"Debian family: apt-get install -y --no-install-recommends {DebianPackages}; RHEL family: dnf install -y {RhelPackages}");
}
