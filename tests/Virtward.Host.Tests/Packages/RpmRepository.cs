using System.Diagnostics;
using Xunit;

namespace Virtward.Host.Tests.Packages;

/// <summary>
/// A folder of packages made here, as dnf fetches from: <c>needing</c> and one with a long name need <c>tool</c>, that needs <c>libtwo</c>, that needs <c>libone</c>; <c>big</c> takes a while to
/// unpack, and needs <c>libtwo</c>. <c>tool</c> makes a user and a group for itself, and leaves them behind when it goes, as rpm's packages do. Of <c>libone</c> there is a newer version, 1.1, for security.
/// </summary>
public sealed class RpmRepository : IDisposable
{
    /// <summary>Files of the big package.</summary>
    public const int Many = 2000;

    private const string Make = """
        set -e
        cd "$1"
        build() { rpmbuild -bb --quiet --define "_rpmdir $PWD" --define "_topdir $PWD/build" "$1.spec" >build.log 2>&1 || { cat build.log >&2; exit 1; }; }
        package() { # NAME "NEEDS" FILES [VERSION]
            {
                printf 'Name: %s\nVersion: %s\nRelease: 1.el9\nSummary: %s\nLicense: none\nBuildArch: noarch\n' "$1" "${4:-1.0}" "$1"
                [ -z "$2" ] || printf 'Requires: %s\n' "$2"
                printf '%%description\nOf a test.\n%%install\nmkdir -p %%{buildroot}/usr/share/%s %%{buildroot}/etc/%s\n' "$1" "$1"
                printf 'for i in $(seq 1 %s); do echo $i >%%{buildroot}/usr/share/%s/file$i; done\n' "$3" "$1"
                printf 'echo "setting = %s" >%%{buildroot}/etc/%s/main.conf\n' "$1" "$1"
                [ "$1" != tool ] || printf '%%pre\ngetent group toolers >/dev/null || groupadd -r toolers\ngetent passwd tooler >/dev/null || useradd -r -g toolers -d / -s /sbin/nologin tooler\n'
                printf '%%files\n/usr/share/%s\n%%dir /etc/%s\n%%config(noreplace) /etc/%s/main.conf\n' "$1" "$1" "$1"
            } >"$1.spec"
            build "$1"
        }
        printf 'Name: almalinux-release\nVersion: 9.4\nRelease: 1.el9\nSummary: base\nLicense: none\nBuildArch: noarch\nProvides: system-release = 9.4, /bin/sh\n%%description\nOf a test.\n%%files\n' >almalinux-release.spec
        build almalinux-release
        package libone '' 3
        package libtwo libone 3
        package tool libtwo 3
        package needing tool 3
        package a-package-with-a-very-long-name-that-no-table-has-room-for-in-eighty-columns tool 3
        package big libtwo "$2"
        package telnet-server '' 1
        package libone '' 3 1.1
        createrepo_c --quiet .
        printf '<updates><update type="security" status="final"><id>ALSA-2026:1</id><title>libone</title><severity>Important</severity><issued date="2026-11-01 00:00:00"/><pkglist><collection><package name="libone" version="1.1" release="1.el9" epoch="0" arch="noarch"><filename>libone-1.1-1.el9.noarch.rpm</filename></package></collection></pkglist></update></updates>' >updateinfo.xml
        modifyrepo_c updateinfo.xml repodata >build.log 2>&1 || { cat build.log >&2; exit 1; }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-rpm-");

    public RpmRepository()
    {
        string[] missing = [.. ((string[])["rpm", "rpmbuild", "dnf", "createrepo_c", "modifyrepo_c"]).Where(static tool => !File.Exists("/usr/bin/" + tool))];
        if (missing.Length > 0)
        {
            Missing = $"not installed: {string.Join(", ", missing)}";
            return;
        }

        using Process made = Process.Start(new ProcessStartInfo("bash", ["-c", Make, "bash", Folder, $"{Many}"]) { RedirectStandardError = true })!;
        string error = made.StandardError.ReadToEnd();
        made.WaitForExit();
        Assert.True(made.ExitCode == 0, error);
    }

    /// <summary>Why there is none, or null.</summary>
    public string? Missing { get; }

    /// <summary>Where it is.</summary>
    public string Folder => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
