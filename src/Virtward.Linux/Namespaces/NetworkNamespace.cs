using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Results;

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
    public static Result<NetworkNamespace> Open(string name)
    {
        string path = $"/run/netns/{name}";
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
