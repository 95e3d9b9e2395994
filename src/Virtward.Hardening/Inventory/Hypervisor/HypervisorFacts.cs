using System.Collections.Concurrent;
using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>Facts: libvirt's and QEMU's configuration, the guests' definitions, and their processes.</summary>
public sealed class HypervisorFacts
{
    private readonly Snapshot _snapshot;
    private readonly FileFacts _files;
    private readonly ConcurrentDictionary<string, LibvirtConfig> _configs = new(StringComparer.Ordinal);

    private HypervisorFacts(Snapshot snapshot, FileFacts files)
    {
        _snapshot = snapshot;
        _files = files;
    }

    /// <summary>Why it is not known whether libvirt is installed; null: it is known.</summary>
    public string? PresenceProblem { get; private init; }

    /// <summary>Whether libvirt is installed, or its files are there.</summary>
    public bool Present { get; private init; }

    /// <summary>The guests, by name, each as it is stored and as it runs.</summary>
    public ImmutableArray<AuditedGuest> Guests { get; private init; } = [];

    /// <summary>Why not all guests are known, or not wholly; null: they are.</summary>
    public string? GuestsProblem { get; private init; }

    /// <summary>The networks' XML: as they are stored and as they run.</summary>
    public ImmutableArray<NetworkDefinition> Networks { get; private init; } = [];

    /// <summary>Why not all networks are known; null: they are.</summary>
    public string? NetworksProblem { get; private init; }

    /// <summary>The running qemus.</summary>
    public ImmutableArray<QemuProcess> Processes { get; private init; } = [];

    /// <summary>Why the running qemus are not known, or not wholly; null: they are.</summary>
    public string? ProcessesProblem { get; private init; }

    /// <summary><c>/etc/libvirt/qemu.conf</c>.</summary>
    public LibvirtConfig Qemu => Config("/etc/libvirt/qemu.conf");

    /// <summary><c>/etc/libvirt/network.conf</c>.</summary>
    public LibvirtConfig NetworkDriver => Config("/etc/libvirt/network.conf");

    /// <summary>The storage pools.</summary>
    public ImmutableArray<StoragePool> Pools { get; private init; } = [];

    /// <summary>The network filters.</summary>
    public NetworkFilters Filters { get; private init; } = new(ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty);

    /// <summary>Owners and modes of images and of the directories above them.</summary>
    public ImmutableSortedDictionary<string, ImageState> ImageStates { get; private init; } = ImmutableSortedDictionary<string, ImageState>.Empty;

    /// <summary>Snapshots that libvirt keeps of guests.</summary>
    public ImmutableArray<GuestSnapshot> Snapshots { get; private init; } = [];

    /// <summary>Checkpoints that libvirt keeps of guests: an incremental backup leaves one each time.</summary>
    public ImmutableArray<GuestSnapshot> Checkpoints { get; private init; } = [];

    /// <summary>The kernel's security modules that are in force, as <c>/sys/kernel/security/lsm</c> lists them; null: not known.</summary>
    public string? SecurityModules => _files.Find("/sys/kernel/security/lsm")?.Text.Trim()
        ?? (_files.Find("/sys/module/apparmor/parameters/enabled")?.Text.Trim() == "Y" ? "apparmor" : null);

    /// <summary>Whether SELinux enforces its policy; null: not known, or there is none.</summary>
    public bool? SelinuxEnforces => _files.Find("/sys/fs/selinux/enforce")?.Text.Trim() switch
    {
        "1" => true,
        "0" => false,
        _ => null,
    };

    /// <summary>A configuration file of libvirt's; without settings where there is none, with the problem where it could not be read.</summary>
    public LibvirtConfig Config(string path) => _configs.GetOrAdd(path, ReadConfig);

    /// <summary>What qemu-img tells of an image; null: nothing, and <see cref="WhyImage"/> tells why.</summary>
    public DiskImage? Image(string path) => _snapshot.Text(ImageQuestions.NameOf(path)) is string text ? ImageQuestions.Read(path, text) : null;

    /// <summary>Why nothing is known of an image.</summary>
    public string WhyImage(string path) => _snapshot.Missing.GetValueOrDefault(ImageQuestions.NameOf(path), $"qemu-img was not asked about {path}");

    /// <summary>Why owners and modes of images are not known; null: they are.</summary>
    public string? ImageStatesProblem => _snapshot.Text(ImageQuestions.States) is not null ? null
        : _snapshot.Missing.GetValueOrDefault(ImageQuestions.States, "owners and modes of images were not asked for");

    /// <summary>Why the snapshots that libvirt keeps are not known; null: they are.</summary>
    public string? SnapshotsProblem => _files.WhyIn("/var/lib/libvirt/qemu/snapshot") ?? (WasLookedAt(_files) ? null : "nobody looked for snapshots");

    /// <summary>Reads them; never fails as a whole.</summary>
    public static HypervisorFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        FileFacts files = FileFacts.Read(snapshot);
        List<Problem> guestProblems = [];
        List<Problem> networkProblems = [];
        ImmutableArray<AuditedGuest> guests = ReadGuests(snapshot, guestProblems);
        ImmutableArray<NetworkDefinition> networks = ReadNetworks(snapshot, networkProblems);
        bool present = files.State("/usr/sbin/libvirtd") is not null || files.State("/usr/sbin/virtqemud") is not null
            || files.Find("/etc/libvirt/qemu.conf") is not null || guests.Length > 0 || networks.Length > 0;
        string? unseen = WasLookedAt(files) ? null : files.StatesProblem ?? "nobody looked whether libvirt is installed";
        string? folder = snapshot.Missing.GetValueOrDefault(SnapshotNames.Libvirt);
        return new HypervisorFacts(snapshot, files)
        {
            Present = present,
            PresenceProblem = present ? null : unseen,
            Guests = guests,
            GuestsProblem = folder ?? Missing(snapshot, SnapshotNames.Domains) ?? Missing(snapshot, SnapshotNames.RunningDomains)
                ?? (guestProblems.Count > 0 ? guestProblems[0].ToString() : guests.Length > 0 ? null : unseen),
            Networks = networks,
            NetworksProblem = folder ?? Missing(snapshot, SnapshotNames.Networks) ?? Missing(snapshot, SnapshotNames.ActiveNetworks)
                ?? (networkProblems.Count > 0 ? networkProblems[0].ToString() : networks.Length > 0 ? null : unseen),
            Processes = ReadProcesses(snapshot, out string? processesProblem),
            ProcessesProblem = processesProblem,
            Pools = [.. files.In("/etc/libvirt/storage", "*.xml").Select(static file => Pool(file)).OfType<StoragePool>()],
            Filters = NetworkFilters.Read(files.In("/etc/libvirt/nwfilter", "*.xml")),
            ImageStates = ImageQuestions.ReadStates(snapshot.Text(ImageQuestions.States) ?? ""),
            Snapshots = ReadSnapshots(snapshot, "/var/lib/libvirt/qemu/snapshot"),
            Checkpoints = ReadSnapshots(snapshot, "/var/lib/libvirt/qemu/checkpoint"),
        };
    }

    /// <summary>The guests in all their forms.</summary>
    internal static ImmutableArray<AuditedGuest> ReadGuests(Snapshot snapshot, ICollection<Problem> problems)
    {
        SortedDictionary<string, List<GuestDefinition>> byName = new(StringComparer.Ordinal);
        foreach ((string prefix, bool running) in (ReadOnlySpan<(string, bool)>)[(SnapshotNames.Domains, false), (SnapshotNames.RunningDomains, true)])
        {
            foreach ((string file, string text) in snapshot.StartingWith(prefix))
            {
                if (GuestDefinitionReader.Read(file, text, running, problems) is GuestDefinition guest)
                {
                    if (!byName.TryGetValue(guest.Name, out List<GuestDefinition>? forms))
                    {
                        byName[guest.Name] = forms = [];
                    }

                    forms.Add(guest);
                }
            }
        }

        return [.. byName.Select(static pair => new AuditedGuest(pair.Key, [.. pair.Value]))];
    }

    private static ImmutableArray<NetworkDefinition> ReadNetworks(Snapshot snapshot, ICollection<Problem> problems)
    {
        ImmutableArray<NetworkDefinition>.Builder networks = ImmutableArray.CreateBuilder<NetworkDefinition>();
        foreach ((string prefix, bool active) in (ReadOnlySpan<(string, bool)>)[(SnapshotNames.Networks, false), (SnapshotNames.ActiveNetworks, true)])
        {
            foreach ((string file, string text) in snapshot.StartingWith(prefix))
            {
                if (NetworkDefinitionReader.Read(file, text, active, problems) is NetworkDefinition network)
                {
                    networks.Add(network);
                }
            }
        }

        return networks.ToImmutable();
    }

    private static ImmutableArray<QemuProcess> ReadProcesses(Snapshot snapshot, out string? problem)
    {
        problem = null;
        if (snapshot.Text(SnapshotNames.QemuProcesses) is not string text)
        {
            problem = snapshot.Missing.GetValueOrDefault(SnapshotNames.QemuProcesses, $"the snapshot has no {SnapshotNames.QemuProcesses}");
            return [];
        }

        if (QemuProcessesText.Read(text).TryGet(out ImmutableArray<QemuProcess> processes, out Problem? failure))
        {
            return processes;
        }

        problem = failure.ToString();
        return [];
    }

    private static ImmutableArray<GuestSnapshot> ReadSnapshots(Snapshot snapshot, string directory)
    {
        string prefix = SnapshotNames.OfPath(directory) + "/";
        return
        [
            .. snapshot.StartingWith(prefix)
                .Select(pair => (Parts: pair.Key[prefix.Length..].Split('/'), pair.Value))
                .Where(static one => one.Parts.Length == 2)
                .Select(static one => SnapshotXml.Read(one.Parts[0], one.Value))
                .OfType<GuestSnapshot>(),
        ];
    }

    private LibvirtConfig ReadConfig(string path) => _files.Find(path) is ConfigFile file
        ? LibvirtConfig.Read(path, file.Text)
        : LibvirtConfig.Empty(path, _files.Why(path) ?? (WasLookedAt(_files) ? null : $"the snapshot has no {path}"));

    private static StoragePool? Pool(ConfigFile file)
    {
        List<Problem> ignored = [];
        return Virtward.Exposure.Facts.Guests.SafeXml.Root(file.Path, file.Text, ignored, "pool") is { } pool ? StoragePoolReader.Read(pool) : null;
    }

    private static bool WasLookedAt(FileFacts files) => files.StatesProblem is null && files.State("/usr/bin") is not null;

    private static string? Missing(Snapshot snapshot, string prefix) =>
        snapshot.Missing.FirstOrDefault(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Value;
}
