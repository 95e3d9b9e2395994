using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;

namespace Virtward.Hardening.Tests.Docs;

/// <summary>
/// The pages that are made from the code are what the code says. <c>VIRTWARD_WRITE_DOCS=1</c> writes them anew instead: the index of checks, the list of
/// what is read, and the head of each check's page; what stands below the head is written by hand.
/// </summary>
public sealed class DocsTests
{
    private const string HeadEnds = "<!-- above: made from the code; below: by hand -->";

    private static readonly bool Writes = Environment.GetEnvironmentVariable("VIRTWARD_WRITE_DOCS") == "1";

    private static readonly string Docs = Path.Combine(Root(), "docs");

    [Fact]
    public void The_index_of_checks_lists_them_all()
    {
        var page = new StringBuilder("# The checks\n\nWhat `virtward audit` checks, by area. Made from the code; each has a page of its own.\n");
        foreach (IGrouping<string, Check> area in Catalogue.All.GroupBy(static check => check.Area))
        {
            page.Append($"\n## {Areas.NameOf(area.Key)}\n\n| check | severity | what must hold |\n|---|---|---|\n");
            foreach (Check check in area)
            {
                page.Append($"| [{check.Id}]({check.Id}.md) | {AuditWords.Of(check.Severity)} | {Cell(check.Title)} |\n");
            }
        }

        Same(Path.Combine(Docs, "checks", "README.md"), page.ToString());
    }

    [Fact]
    public void The_list_of_what_is_read_is_whole()
    {
        SnapshotSources sources = AuditSources.All;
        var page = new StringBuilder("""
            # What an audit reads

            Besides the network, the rules, the listeners and libvirt's files of [a snapshot](snapshot.md). Made from the code. All of it is read once, with
            limits, and nothing of it is changed.

            ## Files

            Copied as `root/PATH`; owners and modes stand in `files.json`. "Cleaned" files lose the values of their secrets first.


            """);
        foreach (FileSource file in sources.Files.DistinctBy(static file => file.Pattern).OrderBy(static file => file.Pattern, StringComparer.Ordinal))
        {
            page.Append($"- `{file.Pattern}`{(file.Clean == Cleaning.Nothing ? "" : ", cleaned")}\n");
        }

        page.Append("\n## Owners and modes only\n\n");
        foreach (string state in sources.States.Distinct().Order(StringComparer.Ordinal))
        {
            page.Append($"- `{state}`\n");
        }

        page.Append("\n## Walked for setuid, setgid and what everybody may write to\n\n");
        foreach (string walk in sources.Walks.Distinct().Order(StringComparer.Ordinal))
        {
            page.Append($"- `{walk}`\n");
        }

        page.Append("\n## Programs\n\nKept as the file named; those without a form for another root are not run with `--root`.\n\n| file | command | with `--root DIR` |\n|---|---|---|\n");
        foreach (CommandSource command in sources.Commands.OrderBy(static command => command.Name, StringComparer.Ordinal))
        {
            page.Append($"| `{command.Name}` | `{Line(command.Command)}` | {(command.InRoot is null ? "no" : $"`{Line(command.InRoot("DIR"))}`")} |\n");
        }

        page.Append("\nSome are asked only when something else is known: sshd about each Match block of its configuration, QEMU's images of guests that are defined, units that are exposed.\n");
        Same(Path.Combine(Docs, "audit-sources.md"), page.ToString());
    }

    [Fact]
    public void Every_check_has_a_page_with_its_own_head()
    {
        foreach (Check check in Catalogue.All)
        {
            string path = Path.Combine(Docs, "checks", $"{check.Id}.md");
            string head = Head(check);
            string text = File.Exists(path) ? File.ReadAllText(path) : "";
            int end = text.IndexOf(HeadEnds, StringComparison.Ordinal);
            string byHand = end >= 0 ? text[(end + HeadEnds.Length)..] : "\n\n" + WithoutTitle(text);
            Assert.True(byHand.Trim().Length > 100, $"{check.Id} has no page that is written by hand: {path}");
            Same(path, head + HeadEnds + byHand);
        }
    }

    [Fact]
    public void There_are_no_pages_of_checks_that_do_not_exist()
    {
        IEnumerable<string> pages = Directory.EnumerateFiles(Path.Combine(Docs, "checks"), "*.md").Select(static file => Path.GetFileNameWithoutExtension(file)).Where(static name => name != "README");
        Assert.Empty(pages.Except(Catalogue.All.Select(static check => check.Id)));
    }

    [Fact]
    public void The_page_about_plans_names_every_change_with_its_checks()
    {
        string[] page = File.ReadAllLines(Path.Combine(Docs, "plan.md"));
        Assert.All(AllMakers.All.Prepend(AllMakers.Firewall), maker =>
        {
            Assert.Contains(page, line => line.StartsWith($"| `{maker.Name}` |", StringComparison.Ordinal));
            Assert.All(maker.Checks, check =>
                Assert.Contains($"`{maker.Name}`", page.Single(line => line.StartsWith($"| [{check.Id}](", StringComparison.Ordinal)), StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_page_about_plans_promises_no_change_that_nothing_makes()
    {
        string[] names = [.. AllMakers.All.Prepend(AllMakers.Firewall).Select(static maker => maker.Name)];
        string[] page = File.ReadAllLines(Path.Combine(Docs, "plan.md"));
        Assert.All(Catalogue.All, check =>
        {
            // What comes after "report only" tells why.
            string answer = page.Single(line => line.StartsWith($"| [{check.Id}](", StringComparison.Ordinal)).TrimEnd(' ', '|').Split(" | ")[^1].Split("report only")[0];
            Assert.Empty(names.Where(name => answer.Contains($"`{name}`", StringComparison.Ordinal)).Except(AllMakers.Answering(check.Id)));
        });
    }

    private static string Head(Check check)
    {
        string references = check.References.IsEmpty ? "" : $"The same elsewhere: {string.Join("; ", check.References)}.\n\n";
        ImmutableArray<string> changes = AllMakers.Answering(check.Id);
        string answered = changes.IsEmpty ? "" : $"`virtward plan` has a change for it: {string.Join(", ", changes.Select(static change => $"`{change}`"))} ([what a plan changes](../plan.md)).\n\n";
        return $"# {check.Id}: {check.Title}\n\nSeverity: {AuditWords.Of(check.Severity)}. Area: {Areas.NameOf(check.Area)}. Only this check: `virtward audit --only {check.Id}`.\n\n{check.Why}\n\n{answered}{references}";
    }

    private static string WithoutTitle(string text) => text.StartsWith("# ", StringComparison.Ordinal) ? text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimStart('\n') : text;

    private static void Same(string path, string text)
    {
        if (Writes)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.True(File.Exists(path), $"{path} is missing: run these tests with VIRTWARD_WRITE_DOCS=1");
        Assert.True(File.ReadAllText(path) == text, $"{path} is not what the code says: run these tests with VIRTWARD_WRITE_DOCS=1");
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Line(Virtward.Core.Host.Command command) =>
        Cell(string.Join(' ', command.Arguments.Prepend(command.Program).Select(static word => word.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal))));

    private static string Root()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Virtward.slnx")))
        {
            root = root.Parent;
        }

        return root?.FullName ?? throw new InvalidOperationException("the tests do not lie below the repository");
    }
}
