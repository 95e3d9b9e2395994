using Virtward.Core.Net;

namespace Virtward.Demo;

/// <summary>What has happened so far, counted from every side at once; safe to use from any thread.</summary>
public sealed class DemoTally
{
    private readonly Lock _gate = new();
    private readonly HashSet<Address> _attackers = [];
    private readonly List<SubnetBan> _subnetBans = [];
    private readonly List<double> _banned = [];
    private readonly List<double> _dropped = [];
    private int _attempts;
    private int _bans;
    private long _packets;
    private bool _siege;

    /// <summary>A failed password in sshd's log.</summary>
    public void AddAttempt(Address from)
    {
        lock (_gate)
        {
            _attempts++;
            _attackers.Add(from);
        }
    }

    /// <summary>A ban of one attacker: an IPv4 address or an IPv6 /64.</summary>
    public void AddBan()
    {
        lock (_gate)
        {
            _bans++;
        }
    }

    /// <summary>A ban of a subnet.</summary>
    public void AddSubnetBan(SubnetBan ban)
    {
        lock (_gate)
        {
            _subnetBans.Add(ban);
        }
    }

    /// <summary>The drop counter as the kernel has it now.</summary>
    public void SetPackets(long packets)
    {
        lock (_gate)
        {
            _packets = Math.Max(_packets, packets);
        }
    }

    /// <summary>A siege has begun or is over.</summary>
    public void SetSiege(bool siege)
    {
        lock (_gate)
        {
            _siege = siege;
        }
    }

    /// <summary>One measured way from a log line to the ban, and to the first packet dropped, in milliseconds.</summary>
    public void AddLatency(double banned, double dropped)
    {
        lock (_gate)
        {
            _banned.Add(banned);
            _dropped.Add(dropped);
        }
    }

    /// <summary>All figures as they stand.</summary>
    public DemoFigures Figures()
    {
        lock (_gate)
        {
            return new DemoFigures(
                _attempts, _attackers.Count, _bans, [.. _subnetBans], _packets, _siege, Latency.Of(_banned), Latency.Of(_dropped));
        }
    }
}
