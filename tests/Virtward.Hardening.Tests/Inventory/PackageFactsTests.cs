using Virtward.Hardening.Inventory.Package;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class PackageFactsTests
{
    // A Debian host with rpm(8) beside it, whose dpkg-query hangs.
    [Fact]
    public void An_empty_list_of_one_kind_does_not_hide_why_there_is_none_of_the_other() =>
        Assert.Equal("dpkg-query did not end", PackageFacts.Read(new Virtward.Hardening.Tests.Support.TestHost().Lacks(PackageSources.Dpkg, "dpkg-query did not end").Text(PackageSources.Rpm, "").Snapshot).Problem);

    [Fact]
    public void Only_what_is_installed_counts()
    {
        PackageFacts facts = PackageFacts.Read(new TestHost().Text("audit/packages-dpkg.txt", "nftables\t1.0.6-2+deb12u2\tamd64\tinstalled\ntelnet\t0.17\tall\tconfig-files\nbroken\n").Snapshot);
        Assert.Null(facts.Problem);
        Assert.Equal("1.0.6-2+deb12u2", facts.Find("nftables")!.Version);
        Assert.False(facts.Has("telnet"));
    }

    [Fact]
    public void An_empty_dpkg_leaves_the_word_to_rpm()
    {
        PackageFacts facts = PackageFacts.Read(new TestHost().Text("audit/packages-dpkg.txt", "").Text("audit/packages-rpm.txt", "openssh-server\t0:8.7p1-38.el9\tx86_64\tinstalled\n").Snapshot);
        Assert.True(facts.Has("openssh-server"));
    }

    [Fact]
    public void Without_a_list_nothing_is_known() =>
        Assert.Contains("dpkg-query", PackageFacts.Read(new TestHost().Lacks("audit/packages-dpkg.txt", "dpkg-query is not installed").Snapshot).Problem, StringComparison.Ordinal);
}
