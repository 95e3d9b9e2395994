using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Linux.Netlink;
using Virtward.Linux.Snapshots;

namespace Virtward.Linux.Sockets;

/// <summary>All listeners of the host with their owners, for <c>listeners.json</c>.</summary>
/// <param name="processes">Who holds which socket.</param>
internal sealed partial class ListenerFile(ProcessTable processes)
{
    private const int MaxNamespaces = 500;
    private const int NameLength = 16;

    /// <summary>Reads them from the kernel, of other namespaces by a thread that enters them, or from /proc.</summary>
    public void Gather(Gathering gathering)
    {
        bool wireguard = HasWireguard();
        List<Listener> listeners = [.. List(gathering).Select(one => Describe(one.Socket, one.Device, null, wireguard))];
        SortedDictionary<string, string> bound = ForeignSockets.Bound();
        string[] others = [.. processes.OtherNamespaces.Keys.Union(bound.Keys).Where(name => name != processes.OwnNamespace).Order(StringComparer.Ordinal)];
        List<ListenerNamespace> namespaces = [];
        using SafeFileHandle here = File.OpenHandle("/proc/thread-self/ns/net");
        foreach (string place in others.Take(MaxNamespaces))
        {
            string? directory = processes.OtherNamespaces.TryGetValue(place, out List<ProcessEntry>? members) ? $"/proc/{ProcessTable.Speaker(members).Pid}" : null;
            ForeignSockets.View? view = ForeignSockets.Look(
                directory is null ? bound[place] : $"{directory}/ns/net", place, (int)here.DangerousGetHandle(), static () => List(null));
            Listener[] found =
            [
                .. (view?.Sockets ?? (directory is null ? [] : [.. ProcSockets.Read($"{directory}/net").Select(static socket => (socket, UnknownDevice(socket)))]))
                    .Select(one => Describe(one.Socket, one.Device, place, wireguard)),
            ];
            listeners.AddRange(found);
            namespaces.Add(ForeignSockets.Describe(place, view, static index => DeviceName(index) ?? $"if{Text(index)}") with
            {
                Path = bound.GetValueOrDefault(place),
                Container = found.Select(static one => one.Container).FirstOrDefault(static one => one is not null),
            });
        }

        gathering.Add(SnapshotNames.Listeners, ListenersText.Write(
        [
            .. listeners.OrderBy(static listener => listener.Namespace ?? "", StringComparer.Ordinal)
                .ThenBy(static listener => listener.Protocol, StringComparer.Ordinal).ThenBy(static listener => listener.Port)
                .ThenBy(static listener => listener.Address).ThenBy(static listener => listener.Device, StringComparer.Ordinal)
                .ThenBy(static listener => listener.Inode),
        ], namespaces));
        int unseen = listeners.Count(static listener => listener is { Namespace: null, Inode: not 0, Processes.IsEmpty: true });
        if (unseen > 0)
        {
            gathering.Lacks(SnapshotNames.Listeners, Environment.IsPrivilegedProcess
                ? $"who holds {unseen} of the listeners is not to be seen from here"
                : $"it needs root to see who holds {unseen} of the listeners");
        }
        else if (others.Length > MaxNamespaces)
        {
            gathering.Lacks(SnapshotNames.Listeners, $"there are {others.Length} other network namespaces; {MaxNamespaces} were looked into");
        }
    }

    // Of the calling thread's namespace, with the names of the devices that they are bound to.
    private static List<(BoundSocket Socket, string? Device)> List(Gathering? gathering)
    {
        const string Directory = "/proc/thread-self/net";
        string protocols = Text($"{Directory}/protocols");
        List<string> untold = [];
        Result<NetlinkSocket> open = NetlinkSocket.Open(NetlinkProtocol.SocketDiagnostics);
        if (open.TryGet(out NetlinkSocket? netlink, out Problem? problem))
        {
            using (netlink)
            {
                Result<List<BoundSocket>> list = new KernelSockets(netlink).List(word => IsLoaded(protocols, word), untold);
                if (list.TryGet(out List<BoundSocket>? sockets, out problem))
                {
                    // What sock_diag(7) is not built for, and packet sockets, stand in /proc.
                    return Named(
                    [
                        .. sockets.Where(socket => !untold.Contains(socket.Protocol)),
                        .. ProcSockets.Read(Directory).Where(socket => socket.Protocol == "packet" || untold.Contains(socket.Protocol)),
                    ]);
                }
            }
        }

        gathering?.Lacks(SnapshotNames.Listeners, $"{problem}: read from /proc/net, which tells no bound devices");
        return Named(ProcSockets.Read(Directory));
    }

    private static List<(BoundSocket Socket, string? Device)> Named(List<BoundSocket> sockets) =>
        sockets.ConvertAll(static socket => (socket, socket.DeviceIndex == 0 ? null : DeviceName(socket.DeviceIndex) ?? UnknownDevice(socket)));

    // A device of another namespace has a number there, which says nothing here.
    private static string? UnknownDevice(BoundSocket socket) => socket.DeviceIndex == 0 ? null : $"if{Text(socket.DeviceIndex)}";

    private Listener Describe(BoundSocket socket, string? device, string? place, bool wireguard)
    {
        ImmutableArray<ProcessEntry> holders = processes.Holders(socket.Inode);
        ProcessEntry? first = holders.FirstOrDefault();
        ImmutableArray<string> arguments = first?.Arguments ?? [];
        var listener = new Listener
        {
            Protocol = socket.Protocol,
            Number = socket.Number,
            Address = socket.Address,
            Port = socket.Port,
            V6Only = socket.V6Only,
            Device = device,
            Namespace = place,
            Processes = [.. holders.Select(Describe)],
            Unit = first is null ? null : ControlGroups.Unit(first.ControlGroup),
            Container = first is null ? null : ControlGroups.Container(first.ControlGroup),
            Uid = socket.Uid,
            User = processes.User(socket.Uid),
            Inode = socket.Inode,
            Transparent = socket.Transparent,
        };
        bool qemu = listener.Processes.Length > 0 && QemuArguments.IsQemu(ListenerPurpose.Name(listener.Processes[0]));
        return listener with
        {
            Guest = qemu ? QemuArguments.GuestName(arguments) : null,
            Purpose = ListenerPurpose.Of(listener, arguments, wireguard),
        };
    }

    private static ListenerProcess Describe(ProcessEntry process)
    {
        var described = new ListenerProcess(process.Pid, process.Name) { Program = process.Program };
        return described with { Arguments = SafeArguments.Of(ListenerPurpose.Name(described), process.Arguments) };
    }

    // Asked about a protocol that is not there, the kernel would load its module: only what /proc/net/protocols lists.
    private static bool IsLoaded(string protocols, string word) => word switch
    {
        "sctp" => protocols.Contains("\nSCTP", StringComparison.Ordinal),
        "dccp" => protocols.Contains("\nDCCP", StringComparison.Ordinal),
        "udplite" => protocols.Contains("\nUDP-Lite", StringComparison.Ordinal) || protocols.Contains("\nUDPLITE", StringComparison.Ordinal),
        _ => true,
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // In the calling thread's namespace; null: there is none of this number.
    private static string? DeviceName(int index)
    {
        Span<byte> name = stackalloc byte[NameLength];
        name.Clear();
        return NameOf((uint)index, name) == 0 ? null : System.Text.Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
    }

    private static bool HasWireguard()
    {
        try
        {
            return Directory.Exists("/sys/module/wireguard");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "if_indextoname", SetLastError = true)]
    private static partial nint NameOf(uint index, Span<byte> name);
}
