using System.Collections.Immutable;
using System.Xml.Linq;
using Virtward.Core.Results;
using Virtward.Exposure.Facts.Guests;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>libvirt's network filters, and which of them each brings along.</summary>
/// <param name="References">The filters that each refers to, by name.</param>
public sealed record NetworkFilters(ImmutableSortedDictionary<string, ImmutableArray<string>> References)
{
    private const int MaxFilters = 500;

    /// <summary>The filter and all that it brings along, itself first. A filter whose text is not known brings only itself.</summary>
    public ImmutableHashSet<string> Closure(string filter)
    {
        HashSet<string> seen = new(StringComparer.Ordinal) { filter };
        var rest = new Stack<string>([filter]);
        while (rest.TryPop(out string? next) && seen.Count < MaxFilters)
        {
            foreach (string reference in References.GetValueOrDefault(next, []).Where(seen.Add))
            {
                rest.Push(reference);
            }
        }

        return [.. seen];
    }

    /// <summary>Whether a filter's text is known.</summary>
    public bool Knows(string filter) => References.ContainsKey(filter);

    /// <summary>Reads filters' XML.</summary>
    public static NetworkFilters Read(IEnumerable<ConfigFile> files)
    {
        ImmutableSortedDictionary<string, ImmutableArray<string>>.Builder references = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (ConfigFile file in files.Take(MaxFilters))
        {
            List<Problem> ignored = [];
            XElement? filter = SafeXml.Root(file.Path, file.Text, ignored, "filter");
            if (filter.Get("name") is string name)
            {
                references[name] = [.. filter.Children("filterref").Select(static one => one.Get("filter")).OfType<string>().Take(MaxFilters)];
            }
        }

        return new NetworkFilters(references.ToImmutable());
    }
}
