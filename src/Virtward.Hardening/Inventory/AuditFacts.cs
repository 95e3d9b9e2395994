using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory.Access;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Hardening.Inventory.Guarding;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Inventory.Kernel;
using Virtward.Hardening.Inventory.Network;
using Virtward.Hardening.Inventory.Package;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Inventory;

/// <summary>
/// Everything that the checks judge by, as values. Each part is read from the snapshot when the first check asks for it; a check never sees
/// the machine.
/// </summary>
public sealed class AuditFacts
{
    private readonly Lazy<FileFacts> _files;
    private readonly Lazy<Distribution> _distribution;
    private readonly Lazy<ExposureFacts> _exposure;
    private readonly Lazy<SshFacts> _ssh;
    private readonly Lazy<KernelFacts> _kernel;
    private readonly Lazy<FirewallFacts> _firewall;
    private readonly Lazy<HypervisorFacts> _hypervisor;
    private readonly Lazy<NetworkFacts> _network;
    private readonly Lazy<PackageFacts> _packages;
    private readonly Lazy<UnitFacts> _units;
    private readonly Lazy<AccessFacts> _access;
    private readonly Lazy<GuardingFacts> _guarding;
    private readonly Lazy<UpdateFacts> _updates;

    /// <summary>Prepares for a host.</summary>
    /// <param name="host">The host: its network, listeners and guests, and the snapshot that all was read from.</param>
    /// <param name="policy">What it should be; the built-in policy where it has none.</param>
    /// <param name="profile">How strictly it is judged.</param>
    /// <param name="now">The time that ages count to: when the snapshot was taken, or now.</param>
    public AuditFacts(HostFacts host, HostPolicy policy, Profile profile, DateTimeOffset now)
    {
        Host = host;
        Policy = policy;
        Profile = profile;
        Now = now;
        Zones = host.Zones(policy.Zones);
        _files = new(() => FileFacts.Read(Snapshot));
        _distribution = new(() => Distribution.Read(Snapshot));
        _exposure = new(() => ExposureFacts.Read(Host, Zones, policy.Declared));
        _ssh = new(() => SshFacts.Read(Snapshot));
        _kernel = new(() => KernelFacts.Read(Snapshot));
        _firewall = new(() => FirewallFacts.Read(Snapshot));
        _hypervisor = new(() => HypervisorFacts.Read(Snapshot));
        _network = new(() => NetworkFacts.Read(Snapshot));
        _packages = new(() => PackageFacts.Read(Snapshot));
        _units = new(() => UnitFacts.Read(Snapshot));
        _access = new(() => AccessFacts.Read(Snapshot));
        _guarding = new(() => GuardingFacts.Read(Snapshot));
        _updates = new(() => UpdateFacts.Read(Snapshot, Distribution.Family));
    }

    /// <summary>The host's network, listeners and guests.</summary>
    public HostFacts Host { get; }

    /// <summary>The texts that all of this was read from.</summary>
    public Snapshot Snapshot => Host.Snapshot;

    /// <summary>What the host should be.</summary>
    public HostPolicy Policy { get; }

    /// <summary>How strictly it is judged.</summary>
    public Profile Profile { get; }

    /// <summary>The time that ages count to.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The zones, the policy's or guessed.</summary>
    public ZoneMap Zones { get; }

    /// <summary>The distribution.</summary>
    public Distribution Distribution => _distribution.Value;

    /// <summary>Configuration files, and owners and modes.</summary>
    public FileFacts Files => _files.Value;

    /// <summary>The rules, and who reaches what by them.</summary>
    public ExposureFacts Exposure => _exposure.Value;

    /// <summary>sshd and its keys.</summary>
    public SshFacts Ssh => _ssh.Value;

    /// <summary>Kernel settings.</summary>
    public KernelFacts Kernel => _kernel.Value;

    /// <summary>The firewalls' own configuration.</summary>
    public FirewallFacts Firewall => _firewall.Value;

    /// <summary>libvirt and QEMU.</summary>
    public HypervisorFacts Hypervisor => _hypervisor.Value;

    /// <summary>DNS, resolver and VPN.</summary>
    public NetworkFacts Network => _network.Value;

    /// <summary>Packages.</summary>
    public PackageFacts Packages => _packages.Value;

    /// <summary>Updates and where they come from.</summary>
    public UpdateFacts Updates => _updates.Value;

    /// <summary>Units of systemd.</summary>
    public UnitFacts Units => _units.Value;

    /// <summary>Mandatory access control, accounts, audit.</summary>
    public AccessFacts Access => _access.Value;

    /// <summary>Bans, logs, backups.</summary>
    public GuardingFacts Guarding => _guarding.Value;

    /// <summary>A program's output that was gathered; null where there is none: <see cref="Why"/> tells.</summary>
    public string? Output(string name) => Snapshot.Text(name);

    /// <summary>Why a file of the snapshot is not there: a clause for <see cref="Outcome.Unknown"/>.</summary>
    public string Why(string name) => Snapshot.Missing.GetValueOrDefault(name, $"the snapshot has no {name}");
}
