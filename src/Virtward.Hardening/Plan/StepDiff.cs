using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Virtward.Core.Host;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Plan;

/// <summary>The real difference that a step makes, for people: a plan is read before it is applied. Secrets are left out.</summary>
public static partial class StepDiff
{
    /// <summary>The lines of the difference, as diff -u shows them; empty where a step has none beyond its line of words.</summary>
    public static ImmutableArray<string> Of(Step step, StepState before) => (step, before) switch
    {
        (FileStep file, FileBefore was) => Hidden(LineDiff.Of(Text(was.Image), file.Content ?? "")),
        (FirewallStep firewall, FirewallBefore { Inet: null or "", Bridge: null or "" }) => LineDiff.Of("", firewall.Wanted),
        (FirewallStep firewall, FirewallBefore was) => Rules(was, firewall.Script),
        (CommandStep command, CommandBefore was) when was.Output.Contains('\n', StringComparison.Ordinal) || command.Wanted.Contains('\n', StringComparison.Ordinal) =>
            Hidden(LineDiff.Of(was.Output, command.Wanted)),
        _ => [],
    };

    /// <summary>The lines of the difference between two states of one step; a line each where a state is a word or two.</summary>
    public static ImmutableArray<string> Between(StepState before, StepState after) => (before, after) switch
    {
        (FileBefore was, FileBefore now) when Text(was.Image) != Text(now.Image) => Hidden(LineDiff.Of(Text(was.Image), Text(now.Image))),
        (FirewallBefore was, FirewallBefore now) => LineDiff.Of(Table("inet", was.Inet) + Table("bridge", was.Bridge), Table("inet", now.Inet) + Table("bridge", now.Bridge)),
        (CommandBefore was, CommandBefore now) when was.Output.Contains('\n', StringComparison.Ordinal) || now.Output.Contains('\n', StringComparison.Ordinal) =>
            Hidden(LineDiff.Of(was.Output, now.Output)),
        _ => Hidden([$"-{StepWords.State(before)}", $"+{StepWords.State(after)}"]),
    };

    private static string Text(FileImage? image) => image is null ? "" : image.LinkTarget is { } target ? $"(a link to {target})\n" : image.Content.ToText();

    // By meaning: nft lists rules in its own form, so that as texts all of them would differ.
    private static ImmutableArray<string> Rules(FirewallBefore was, string script)
    {
        string listing = Table("inet", was.Inet) + Table("bridge", was.Bridge);
        return RulesetReader.Read(new RulesetSources { NftText = listing }).TryGet(out Ruleset? live, out _)
            && FirewallDifference.Of(live, script).TryGet(out ImmutableArray<string> lines, out _)
            ? lines
            : LineDiff.Of(listing, script);
    }

    private static string Table(string family, string? objects) => objects is null ? "" : $"table {family} virtward {{\n{objects}}}\n";

    private static ImmutableArray<string> Hidden(ImmutableArray<string> lines) => [.. lines.Select(static line => Secret().Replace(line, "$1(not shown)"))];

    // Configuration files write a secret after its name: vnc_password = "…", passwd='…', PresharedKey = ….
    [GeneratedRegex("""((?:password|passwd|passphrase|secret|private_?key|preshared_?key|token)["']?\s*[=:]\s*["']?)[^"'\s]+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Secret();
}
