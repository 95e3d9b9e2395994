using Virtward.Core.Results;
using Virtward.Exposure.Reading.Iptables;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure.Reading.Iptables;

/// <summary>
/// Saved rulesets and what they are read as: <c>corpus/exposure/iptables/NAME.save</c> beside <c>NAME.golden</c>. A golden is written by hand or checked
/// by eye, never taken over.
/// </summary>
public sealed class SavedCorpusTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "corpus", "exposure", "iptables");

    public static TheoryData<string> Names => [.. Directory.EnumerateFiles(Folder, "*.save").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_saved_ruleset_is_read_as_its_golden_says(string name)
    {
        Ruleset ruleset = Read(name, File.ReadAllText(Path.Combine(Folder, name + ".save"))).Value;

        Assert.Equal(File.ReadAllText(Path.Combine(Folder, name + ".golden")), SavedModelText.Of(ruleset));
    }

    [Theory]
    [InlineData("libvirt")]
    [InlineData("docker")]
    public void The_layouts_of_libvirt_and_Docker_are_read_completely(string name) =>
        Assert.Empty(Read(name, File.ReadAllText(Path.Combine(Folder, name + ".save"))).Value.Notes);

    [Fact]
    public void Counters_change_nothing()
    {
        string text = File.ReadAllText(Path.Combine(Folder, "docker.save"));
        string without = string.Join('\n', text.Split('\n').Select(l => l.StartsWith('[') ? l[(l.IndexOf(']', StringComparison.Ordinal) + 2)..] : l));

        Assert.NotEqual(text, without);
        Assert.Equal(SavedModelText.Of(Read("docker", without).Value), SavedModelText.Of(Read("docker", text).Value));
    }

    private static Result<Ruleset> Read(string name, string text) => IptablesReader.Read(
        text,
        name.Contains("v6", StringComparison.Ordinal),
        name.Contains("legacy", StringComparison.Ordinal) ? TableOrigin.IptablesLegacy : TableOrigin.IptablesNft,
        null);
}
