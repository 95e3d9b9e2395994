using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Linux.Namespaces;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Sockets;

/// <summary>
/// Other network namespaces from within: a thread of its own enters each (setns(2)), asks the kernel for its sockets and interfaces, and ends. Where that is not
/// allowed, /proc tells the sockets of those that a process is in, and nothing of the interfaces.
/// </summary>
internal static class ForeignSockets
{
    // Where ip-netns(8), and the engines of containers, bind namespaces; some have no process of their own.
    private static readonly ImmutableArray<string> Places = ["/run/netns", "/run/docker/netns", "/run/user/0/netns"];

    /// <summary>What was found in one namespace.</summary>
    /// <param name="Sockets">Its sockets without a peer, each with the name of the device it is bound to.</param>
    /// <param name="Links">Its interfaces; null: not to be seen.</param>
    public sealed record View(List<(BoundSocket Socket, string? Device)> Sockets, List<NamespaceLinks.Entry>? Links);

    /// <summary>The files that namespaces are bound to, by the kernel's name of the namespace.</summary>
    public static SortedDictionary<string, string> Bound()
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Places.Where(Directory.Exists).SelectMany(Files).Order(StringComparer.Ordinal))
        {
            if (NetworkNamespace.OpenFile(path, path).TryGet(out NetworkNamespace? one, out _))
            {
                using (one)
                {
                    if (one.KernelName is { } name)
                    {
                        found.TryAdd(name, path);
                    }
                }
            }
        }

        return found;
    }

    /// <summary>Looks into one.</summary>
    /// <param name="path">A file that stands for it.</param>
    /// <param name="name">Its name, so that it is this one still.</param>
    /// <param name="outer">A descriptor of the namespace that its interfaces may hang on.</param>
    /// <param name="list">Lists the sockets of the calling thread's namespace.</param>
    /// <returns>What is there; null: it cannot be entered.</returns>
    public static View? Look(string path, string name, int outer, Func<List<(BoundSocket Socket, string? Device)>> list)
    {
        if (!NetworkNamespace.OpenFile(path, name).TryGet(out NetworkNamespace? place, out _))
        {
            return null;
        }

        using (place)
        {
            try
            {
                return place.KernelName != name ? null : place.Run(() => new View(list(), Links(outer)));
            }
            catch (IOException)
            {
                // It needs CAP_SYS_ADMIN.
                return null;
            }
        }
    }

    /// <summary>How it hangs on the namespace looked at, for <c>listeners.json</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="view">What was found in it; null: it could not be entered.</param>
    /// <param name="device">The name of a device of the namespace looked at, by its number.</param>
    public static ListenerNamespace Describe(string name, View? view, Func<int, string> device) => new(name)
    {
        Seen = view?.Links is not null,
        Interfaces =
        [
            .. (view?.Links ?? []).Select(link => new NamespaceInterface(link.Name)
            {
                Kind = link.Kind,
                Host = link.OuterIndex == 0 ? null : device(link.OuterIndex),
                Addresses = link.Addresses,
            }),
        ],
    };

    private static List<NamespaceLinks.Entry>? Links(int outer)
    {
        if (!NetlinkSocket.Open(NetlinkProtocol.Route).TryGet(out NetlinkSocket? routes, out _))
        {
            return null;
        }

        using (routes)
        {
            return new NamespaceLinks(routes).List(outer).TryGet(out List<NamespaceLinks.Entry>? links, out Problem? _) ? links : null;
        }
    }

    private static IEnumerable<string> Files(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
