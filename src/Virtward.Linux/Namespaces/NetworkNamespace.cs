using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Results;
using Virtward.Linux.Files;

namespace Virtward.Linux.Namespaces;

/// <summary>
/// A network namespace with a name (as <c>ip netns add</c> makes it) in which sockets can be opened and programs started. Both stay
/// in it for good: a socket belongs to the namespace it was opened in, a process to the one of the thread that forked it
/// (network_namespaces(7)).
/// </summary>
public sealed class NetworkNamespace : IDisposable
{
    private readonly SafeFileHandle _handle;

    private NetworkNamespace(string name, SafeFileHandle handle)
    {
        Name = name;
        _handle = handle;
    }

    /// <summary>Its name under <c>/run/netns</c>.</summary>
    public string Name { get; }

    /// <summary>Opens the namespace that <c>ip netns add</c> has made.</summary>
    public static Result<NetworkNamespace> Open(string name) => OpenFile($"/run/netns/{name}", name);

    /// <summary>Opens the namespace that a file of nsfs stands for: <c>/proc/PID/ns/net</c>, or where one is bound.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What to call it.</param>
    public static Result<NetworkNamespace> OpenFile(string path, string name)
    {
        try
        {
            return new NetworkNamespace(name, File.OpenHandle(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Problem($"cannot open the network namespace ({e.Message})", path);
        }
    }

    /// <summary>
    /// The kernel's name of it, <c>net:[4026531840]</c>; null: the file is no network namespace. Made as the kernel makes it, of the inode's number (ns_get_name,
    /// fs/nsfs.c): the link in /proc/self/fd has the path instead where the namespace is bound to a file.
    /// </summary>
    public string? KernelName => NamespaceNative.Control(_handle, NamespaceNative.GetKind) == NamespaceNative.NetworkNamespaceKind
        && FileCalls.Stat(_handle, "", FileCalls.EmptyPath, FileCalls.BasicStats, out StatBuffer stat) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"net:[{stat.Inode}]")
            : null;

    /// <summary>
    /// Runs something short inside. It gets a thread of its own, which ends afterwards: a thread that has changed its namespace must
    /// never go back to a pool.
    /// </summary>
    public T Run<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (NamespaceNative.EnterNamespace(_handle, NamespaceNative.NetworkNamespaceKind) != 0)
                {
                    throw new IOException($"cannot enter the network namespace {Name}: {NamespaceNative.LastError()}");
                }

                result = action();
            }
#pragma warning disable CA1031 // Whatever it was, it is thrown again on the caller's thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
