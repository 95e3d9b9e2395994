using Virtward.Core.Policy;
using Virtward.Guard.Filters.Definitions;
using Virtward.Guard.Sightings;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Definitions;

public sealed class FilterFileReaderTests
{
    [Fact]
    public void A_whole_file_is_read()
    {
        FilterReading reading = FilterFileReader.Read(
            """
            filter: shopd
            about: the shop
            programs: [shopd, "shopd-*"]
            units: shopd.service
            logs: /var/log/shopd.log
            ports: [8443/tcp, 5000-5010/udp]
            modes: [normal, strict]
            rules:
              - name: wrong
                match: "login of {user} from {ip} failed"
                series: login
              - name: strange
                regex: '^strange (?<ip>\S+)$'
                kind: ignore
                modes: [strict]
            """,
            "shopd.yaml");
        Assert.Empty(reading.Problems);
        FilterDefinition filter = reading.Filter!;
        Assert.Equal(("shopd", "the shop", true), (filter.Name, filter.About, filter.HasHeader));
        Assert.Equal(["shopd", "shopd-*"], filter.Programs);
        Assert.Equal(["shopd.service"], filter.Units);
        Assert.Equal(["/var/log/shopd.log"], filter.Logs);
        Assert.Equal([new PortScope(Transport.Tcp, 8443, 8443), new PortScope(Transport.Udp, 5000, 5010)], filter.Ports);
        Assert.Equal(["wrong", "strange"], filter.Rules.Select(r => r.Name));
        Assert.Equal((SightingKind.Failure, "login"), (filter.Rules[0].Kind, filter.Rules[0].Series));
        Assert.Equal((SightingKind.Ignored, "strict"), (filter.Rules[1].Kind, filter.Rules[1].Modes.Single()));
    }

    [Fact]
    public void Every_mistake_is_told_at_once_with_its_place()
    {
        FilterReading reading = FilterFileReader.Read(
            """
            filter: Shop D
            progams: [shopd]
            header: apache
            logs: [var/log/shopd.log]
            ports: [99999/tcp]
            modes: [normal]
            rules:
              - name: one
                match: "login from {host}"
              - name: one
                match: "login failed"
                modes: [strict]
              - nam: two
                regex: "(?<ip>"
              - name: three
                match: "a {ip}"
                regex: "b"
                kind: [failure]
            """,
            "shopd.yaml");
        Assert.Null(reading.Filter);
        string[] told = [.. reading.Problems.Select(p => p.ToString())];
        string[] expected =
        [
            "shopd.yaml:2:1: unknown key 'progams' in a filter (did you mean 'programs'?)",
            "shopd.yaml:1:9: the filter's name 'Shop D'",
            "shopd.yaml:3:9: 'header' cannot be 'apache'",
            "shopd.yaml:4:8: the log 'var/log/shopd.log' must be an absolute path",
            "shopd.yaml:5:9: '99999/tcp' is no port",
            "shopd.yaml:9:12: the template 'login from {host}' has an unknown hole",
            "shopd.yaml:12:12: the rule's mode 'strict' is none of the filter's modes",
            "shopd.yaml:11:12: the template 'login failed' names no {ip}",
            "shopd.yaml:10:5: there are two rules named 'one'",
            "shopd.yaml:13:5: unknown key 'nam' in a rule (did you mean 'name'?)",
            "shopd.yaml:13:5: 'name' is missing",
            "shopd.yaml:14:12: the regular expression of rule '' cannot be read",
            "shopd.yaml:18:11: 'kind' must be a text",
            "shopd.yaml:15:5: the rule 'three' must have either 'match' or 'regex'",
        ];
        foreach (string one in expected)
        {
            Assert.Contains(told, t => t.StartsWith(one, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("", "one YAML document")]
    [InlineData("hello", "a filter must be a mapping")]
    [InlineData("[a, b]", "a filter must be a mapping")]
    [InlineData("filter: x\nrules: []", "at least one rule")]
    [InlineData("filter: x\nfilter: y", "uplicate")]
    [InlineData("filter: &a x\nabout: *a\n", "aliases")]
    [InlineData("filter: [unclosed", ":")]
    public void What_is_no_filter_is_one_clear_problem(string text, string part)
    {
        FilterReading reading = FilterFileReader.Read(text, "x.yaml");
        Assert.Null(reading.Filter);
        Assert.Contains(reading.Problems, p => p.ToString().Contains(part, StringComparison.Ordinal));
        Assert.All(reading.Problems, p => Assert.DoesNotContain('\n', p.ToString()));
    }

    [Fact]
    public void Neither_depth_nor_size_hurts()
    {
        Assert.Null(FilterFileReader.Read(new string('[', 100_000), "x.yaml").Filter);
        Assert.Null(FilterFileReader.Read(string.Concat(Enumerable.Repeat("a: {", 100_000)), "x.yaml").Filter);
        Assert.Null(FilterFileReader.Read(new string('x', YamlText.LongestText + 1), "x.yaml").Filter);
    }

    [Fact]
    public void Any_text_is_a_filter_or_problems()
    {
        var random = new Random(9);
        string[] pieces = ["filter", ":", " ", "\n", "  ", "- ", "rules", "name", "match", "\"", "'", "{ip}", "{", "}", "[", "]", "x", "|", ">", "&a", "*a", "!!int", "---", "#", "\t", "\0", "é", "?", "<<"];
        for (int i = 0; i < 5_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => pieces[random.Next(pieces.Length)]));
            FilterReading reading = FilterFileReader.Read(text, "x.yaml");
            Assert.True(reading.Filter is null != reading.Problems.IsEmpty, text);
        }
    }
}
