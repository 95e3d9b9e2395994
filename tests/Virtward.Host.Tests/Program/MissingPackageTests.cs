using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>A host without nftables: the program says so once, with the commands that bring it.</summary>
public sealed class MissingPackageTests
{
    // An overlay over /usr, in a mount namespace of its own, in which nftables was never installed.
    private const string Script =
        """
        set -e
        mount --make-rprivate /
        mount -t tmpfs none /mnt
        mkdir /mnt/upper /mnt/work
        mount -t overlay none -o lowerdir=/usr,upperdir=/mnt/upper,workdir=/mnt/work /usr
        find /usr/sbin /usr/bin /usr/lib /usr/lib64 -maxdepth 2 \( -name nft -o -name 'libnftables.so*' \) -delete 2>/dev/null || true
        : >/mnt/log
        "$1" guard run --log /mnt/log --state /mnt/state
        """;

    [Fact]
    public void Without_nftables_the_guard_names_the_package_and_ends_with_3()
    {
        ScriptRun run = ScriptRun.Of(Script);
        if (run.Error.Contains("mount:", StringComparison.Ordinal))
        {
            Assert.Skip($"no overlay can be mounted here: {run.Error.Trim()}");
        }

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("dnf install nftables", run.Error, StringComparison.Ordinal);
        Assert.Contains("apt-get install nftables", run.Error, StringComparison.Ordinal);
    }
}
