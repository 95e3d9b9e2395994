using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>What is read of a host for <see cref="PackageFacts"/>.</summary>
public static class PackageSources
{
    /// <summary>Debian's packages: name, version, architecture and state, by tabulators.</summary>
    public const string Dpkg = SnapshotNames.Audit + "packages-dpkg.txt";

    /// <summary>Packages of rpm in the same form.</summary>
    public const string Rpm = SnapshotNames.Audit + "packages-rpm.txt";

    private const string DpkgFormat = "-f=${Package}\t${Version}\t${Architecture}\t${db:Status-Status}\n";
    private const string RpmFormat = "%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\tinstalled\n";

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Commands =
        [
            new CommandSource(Dpkg, Command.Of("dpkg-query", "-W", DpkgFormat))
            {
                InRoot = static root => Command.Of("dpkg-query", $"--admindir={root.TrimEnd('/')}/var/lib/dpkg", "-W", DpkgFormat),
            },

            // A Debian host may have rpm(8) installed, with an empty database: both are asked. In another root the place of the database is named: each
            // rpm looks where its own distribution keeps it (Debian's in ~/.rpmdb, RHEL 10's in /usr/lib/sysimage/rpm), and /var/lib/rpm is right
            // everywhere: the directory itself, or a link to it.
            new CommandSource(Rpm, Command.Of("rpm", "-qa", "--qf", RpmFormat))
            {
                InRoot = static root => Command.Of("rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-qa", "--qf", RpmFormat),
            },
        ],
    };
}
