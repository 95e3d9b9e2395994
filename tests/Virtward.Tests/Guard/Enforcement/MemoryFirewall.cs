using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;

namespace Virtward.Tests.Guard.Enforcement;

/// <summary>
/// A firewall in memory that understands the scripts that Virtward writes, behaves as kernels before 6.12 do (an element that is added
/// again keeps its timeout), and decides on packets. The same conformance suite runs against it and against the kernel.
/// </summary>
public sealed partial class MemoryFirewall(TimeProvider clock) : IFirewall
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private ImmutableDictionary<string, Table> _tables = ImmutableDictionary<string, Table>.Empty;

    /// <summary>Elements that are refused, as a full set would.</summary>
    public Func<ElementChange, bool> Refuses { get; set; } = static _ => false;

    /// <summary>Whether sets may count, as since Linux 5.7.</summary>
    public bool CanCount { get; set; } = true;

    /// <summary>Whether chains may hang on devices, as since Linux 5.10.</summary>
    public bool CanIngress { get; set; } = true;

    /// <summary>The devices that chains may hang on; null for any, as since Linux 6.16.</summary>
    public HashSet<string>? Devices { get; set; }

    /// <summary>How many transactions of elements have been tried.</summary>
    public int Transactions { get; private set; }

    /// <summary>Every element of every set, with the prefix length that the set's name tells.</summary>
    public IReadOnlyList<(string Set, Prefix Prefix)> Banned()
    {
        lock (_lock)
        {
            return [.. from table in _tables.Values
                       from set in table.Sets
                       from element in set.Value.Elements
                       where element.Value.Ends > clock.GetUtcNow()
                       select (set.Key, new Prefix(element.Key, int.Parse(set.Key.Split('_')[1])))];
        }
    }

    /// <summary>Lets a packet to the host or to whom it routes pass through the rules.</summary>
    /// <returns>Whether it is dropped.</returns>
    public bool Drops(Address source, Transport protocol = Transport.Tcp, int port = 22, string device = "eth0")
    {
        lock (_lock)
        {
            return DropsAt($"\"{device}\"", source, protocol, port, device) || DropsAt("hook prerouting", source, protocol, port, device);
        }
    }

    /// <summary>Lets a frame pass that comes in at a device and is only bridged.</summary>
    /// <returns>Whether it is dropped.</returns>
    public bool DropsBridged(string device, Address source, Transport protocol = Transport.Tcp, int port = 22)
    {
        lock (_lock)
        {
            return DropsAt($"\"{device}\"", source, protocol, port, device);
        }
    }

    public Result<Done> Apply(string script)
    {
        lock (_lock)
        {
            ImmutableDictionary<string, Table> before = _tables;
            foreach (string line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (Run(line) is Problem problem)
                {
                    _tables = before;
                    return problem with { What = $"{problem.What}: {line}" };
                }
            }
        }

        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }

        return default(Done);
    }

    public Result<Done> ApplyElements(string table, IReadOnlyList<ElementChange> changes)
    {
        lock (_lock)
        {
            Transactions++;
            Table present = _tables.GetValueOrDefault($"inet {table}", Table.Empty);
            foreach (ElementChange change in changes)
            {
                if (!present.Sets.TryGetValue(change.Set, out Set? set))
                {
                    return new Problem("No such file or directory", change.Set);
                }

                if (change.Key.IsV4 != (set.Made.KeyBytes == 4) || Refuses(change))
                {
                    return new Problem("Invalid argument", $"{change.Key} in {change.Set}");
                }

                DateTimeOffset ends = change.Timeout > TimeSpan.Zero ? clock.GetUtcNow() + change.Timeout : DateTimeOffset.MaxValue;
                set = change.Action switch
                {
                    ElementAction.Remove => set with { Elements = set.Elements.Remove(change.Key) },
                    ElementAction.Put => set with { Elements = set.Elements.SetItem(change.Key, new Element(ends, change.Count)) },
                    _ when set.Elements.TryGetValue(change.Key, out Element? old) && old.Ends > clock.GetUtcNow() => set,
                    _ => set with { Elements = set.Elements.SetItem(change.Key, new Element(ends, change.Count)) },
                };
                present = present with { Sets = present.Sets.SetItem(change.Set, set) };
            }

            _tables = _tables.SetItem($"inet {table}", present);
            return default(Done);
        }
    }

    public Result<FirewallTable> ReadTable(string table)
    {
        lock (_lock)
        {
            return !_tables.TryGetValue($"inet {table}", out Table? present)
                ? FirewallTable.Absent
                : new FirewallTable(
                    present.Sets.ToImmutableDictionary(static s => s.Key, static s => s.Value.Made),
                    present.Chains.ToImmutableDictionary(
                        static c => c.Key,
                        static c => new FirewallChain(
                            c.Value.Rules.Count, c.Value.Rules.Aggregate((ulong)c.Value.Hook.GetHashCode(), static (d, r) => (d * 31) + (uint)r.GetHashCode()))))
                { Dormant = present.Dormant };
        }
    }

    public Result<Done> ReadSet(string table, string set, Action<FirewallElement> take)
    {
        List<FirewallElement> elements = [];
        lock (_lock)
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (_tables.TryGetValue($"inet {table}", out Table? present) && present.Sets.TryGetValue(set, out Set? found))
            {
                elements.AddRange(found.Elements.Where(e => e.Value.Ends > now).Select(e => Read(e.Key, e.Value, found, now)));
            }
        }

        elements.ForEach(take);
        return default(Done);
    }

    public Result<FirewallElement?> ReadElement(string table, string set, Address key)
    {
        FirewallElement? found = null;
        return ReadSet(table, set, element => found = element.Key == key ? element : found).IsOk ? found : default;
    }

    public Result<PacketCount?> ReadCounter(string table, string counter)
    {
        lock (_lock)
        {
            return _tables.TryGetValue($"inet {table}", out Table? present) && present.Counters.TryGetValue(counter, out PacketCount count)
                ? count
                : default(PacketCount?);
        }
    }

    public Result<IReadOnlyList<string>> Tables()
    {
        lock (_lock)
        {
            return _tables.Keys.ToList();
        }
    }

    public async ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel) => await _changed.WaitAsync(atMost, cancel);

    public void Dispose() => _changed.Dispose();

    private bool DropsAt(string hook, Address source, Transport protocol, int port, string device)
    {
        Table table = _tables.GetValueOrDefault("inet virtward", Table.Empty);
        IEnumerable<Chain> chains = table.Chains.Values.Where(chain => chain.Hook.Contains(hook, StringComparison.Ordinal));
        foreach (string rule in chains.SelectMany(static chain => chain.Rules))
        {
            if (rule == "iifname \"lo\" accept")
            {
                if (device == "lo")
                {
                    return false;
                }

                continue;
            }

            Match match = DropRule().Match(rule);
            if (!match.Success)
            {
                throw new InvalidOperationException($"no such rule is ours: {rule}");
            }

            string name = match.Groups["set"].Value;
            int length = int.Parse(name.Split('_')[1]);
            bool family = match.Groups["family"].Value == "ip" == source.IsV4;
            if (family && PortMatches(match, protocol, port)
                && table.Sets[name].Elements.TryGetValue(new Prefix(source, length).First, out Element? element)
                && element.Ends > clock.GetUtcNow())
            {
                Count(table, name, new Prefix(source, length).First, element);
                return true;
            }
        }

        return false;
    }

    private bool Refused(string hook)
    {
        Match devices = Ingress().Match(hook);
        return devices.Success
            && (!CanIngress || devices.Groups["device"].Captures.Any(device => Devices?.Contains(device.Value) == false));
    }

    private static FirewallElement Read(Address key, Element element, Set set, DateTimeOffset now) => new(
        key,
        element.Ends == DateTimeOffset.MaxValue ? null : element.Ends - now,
        set.Made.Counts ? element.Count : default);

    private static bool PortMatches(Match rule, Transport protocol, int port)
    {
        if (!rule.Groups["protocol"].Success)
        {
            return true;
        }

        return rule.Groups["protocol"].Value == (protocol == Transport.Tcp ? "tcp" : "udp")
            && rule.Groups["ports"].Value.Split(", ").Any(part =>
            {
                string[] ends = part.Split('-');
                return int.Parse(ends[0]) <= port && port <= int.Parse(ends[^1]);
            });
    }

    private void Count(Table table, string set, Address key, Element element)
    {
        var one = new PacketCount(1, 60);
        Set counted = table.Sets[set] with { Elements = table.Sets[set].Elements.SetItem(key, element with { Count = element.Count + one }) };
        _tables = _tables.SetItem("inet virtward", table with
        {
            Sets = table.Sets.SetItem(set, counted),
            Counters = table.Counters.SetItem("guard_dropped", table.Counters["guard_dropped"] + one),
        });
    }

    private Problem? Run(string line)
    {
        if (line == "flush ruleset")
        {
            _tables = _tables.Clear();
            return null;
        }

        Match match = Command().Match(line);
        string name = match.Groups["name"].Value;
        string rest = match.Groups["rest"].Value;
        string key = $"inet {match.Groups["table"].Value}";
        Table? table = _tables.GetValueOrDefault(key);
        if (!match.Success || (table is null && match.Groups["what"].Value != "add table"))
        {
            return new Problem(match.Success ? "No such file or directory" : "syntax error");
        }

        switch (match.Groups["what"].Value)
        {
            case "add table":
                table = (table ?? Table.Empty) with { Dormant = rest.Contains("dormant", StringComparison.Ordinal) };
                break;
            case "delete table":
                _tables = _tables.Remove(key);
                return null;
            case "add counter":
                MatchCollection numbers = Numbers().Matches(rest);
                var start = numbers.Count < 2 ? default : new PacketCount(ulong.Parse(numbers[0].Value), ulong.Parse(numbers[1].Value));
                table = table!.Counters.ContainsKey(name) ? table : table with { Counters = table.Counters.Add(name, start) };
                break;
            case "delete counter" when table!.Counters.ContainsKey(name):
                table = table with { Counters = table.Counters.Remove(name) };
                break;
            case "add set" when rest.Contains("counter", StringComparison.Ordinal) && !CanCount:
                return new Problem("Operation not supported");
            case "add set":
                var made = new FirewallSet(
                    rest.Contains("ipv4_addr", StringComparison.Ordinal) ? 4 : 16,
                    rest.Contains("timeout", StringComparison.Ordinal),
                    rest.Contains("interval", StringComparison.Ordinal),
                    rest.Contains("counter", StringComparison.Ordinal));
                if (table!.Sets.TryGetValue(name, out Set? set) && set.Made != made)
                {
                    return new Problem("File exists");
                }

                table = table with { Sets = table.Sets.SetItem(name, set ?? new Set(made, ImmutableDictionary<Address, Element>.Empty)) };
                break;
            case "delete set" when table!.Sets.ContainsKey(name):
                if (table.Chains.Values.Any(c => c.Rules.Any(r => r.Contains($"@{name} ", StringComparison.Ordinal))))
                {
                    return new Problem("Device or resource busy");
                }

                table = table with { Sets = table.Sets.Remove(name) };
                break;
            case "flush set" when table!.Sets.TryGetValue(name, out set):
                table = table with { Sets = table.Sets.SetItem(name, set with { Elements = set.Elements.Clear() }) };
                break;
            case "add chain" when Refused(rest):
                return new Problem("Could not process rule: Operation not supported");
            case "add chain":
                table = table!.Chains.ContainsKey(name) ? table : table with { Chains = table.Chains.Add(name, new Chain(rest, [])) };
                break;
            case "flush chain" when table!.Chains.TryGetValue(name, out Chain? chain):
                table = table with { Chains = table.Chains.SetItem(name, chain with { Rules = [] }) };
                break;
            case "delete chain" when table!.Chains.ContainsKey(name):
                table = table with { Chains = table.Chains.Remove(name) };
                break;
            case "add rule" when table!.Chains.TryGetValue(name, out Chain? chain):
                Match reference = DropRule().Match(rest);
                if (reference.Success && !table.Sets.ContainsKey(reference.Groups["set"].Value))
                {
                    return new Problem("No such file or directory");
                }

                table = table with { Chains = table.Chains.SetItem(name, chain with { Rules = chain.Rules.Add(rest) }) };
                break;
            default:
                return new Problem("No such file or directory");
        }

        _tables = _tables.SetItem(key, table!);
        return null;
    }

    [GeneratedRegex(@"^(?<what>(add|delete|flush) (table|counter|set|chain|rule)) inet (?<table>\w+) ?(?<name>[\w-]+)? ?(?<rest>.*)$")]
    private static partial Regex Command();

    [GeneratedRegex(@"^((?<protocol>tcp|udp) dport \{ (?<ports>[\d, -]+) \} )?(?<family>ip6?) saddr (& \S+ )?@(?<set>\S+) counter name guard_dropped drop$")]
    private static partial Regex DropRule();

    [GeneratedRegex(@"hook ingress (device|devices = \{) (""(?<device>[^""]+)"",? )+")]
    private static partial Regex Ingress();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Numbers();

    private sealed record Element(DateTimeOffset Ends, PacketCount Count);

    private sealed record Set(FirewallSet Made, ImmutableDictionary<Address, Element> Elements);

    private sealed record Chain(string Hook, ImmutableList<string> Rules);

    private sealed record Table(
        ImmutableDictionary<string, Set> Sets, ImmutableDictionary<string, Chain> Chains, ImmutableDictionary<string, PacketCount> Counters)
    {
        public static readonly Table Empty = new(
            ImmutableDictionary<string, Set>.Empty, ImmutableDictionary<string, Chain>.Empty, ImmutableDictionary<string, PacketCount>.Empty);

        public bool Dormant { get; init; }
    }
}
