using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Network;

/// <summary>The host's network as a value, from what ip(8), bridge(8) and sysctl(8) printed.</summary>
public static class HostNetworkReader
{
    /// <summary>Reads what is there; what could not be read is told, the rest is used.</summary>
    /// <param name="snapshot">The texts: <c>ip-*.json</c>, <c>bridge-*.json</c>, <c>sysctl.txt</c>, <c>rt_tables.txt</c>, <c>group.txt</c>.</param>
    /// <param name="problems">Gets what could not be read.</param>
    public static HostNetwork Read(Snapshot snapshot, ICollection<Problem> problems)
    {
        ImmutableDictionary<string, string> sysctls = SysctlReader.Read(snapshot.Text(SnapshotNames.Sysctl));
        NumberedNames tables = NumberedNames.Read(
            snapshot.Text(SnapshotNames.RouteTableNames), ("local", 255), ("main", 254), ("default", 253), ("unspec", 0));
        return new HostNetwork
        {
            Interfaces = LinkReader.Read(snapshot, problems),
            Routes = RouteReader.Read(snapshot, tables, sysctls, problems),
            Rules = RuleReader.Read(snapshot, tables, problems),
            Sysctls = sysctls,
        };
    }
}
