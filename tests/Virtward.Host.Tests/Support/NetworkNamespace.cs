using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Virtward.Host.Tests.Support;

/// <summary>
/// A network namespace of its own, held by one thread: code and programs run on that thread are inside. When the thread ends, or the
/// test process in whatever way, the kernel removes the namespace with everything in it: nothing is left behind.
/// </summary>
public sealed partial class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private string _path = "";

    public NetworkNamespace()
    {
        int error = 0;
        using var ready = new ManualResetEventSlim();
        _thread = new Thread(() =>
        {
            error = Unshare(CloneNewNet) == 0 ? 0 : Marshal.GetLastPInvokeError();
            _path = $"/proc/{Environment.ProcessId}/task/{ThreadId()}/ns/net";
            ready.Set();
            if (error == 0)
            {
                foreach (Action action in _work.GetConsumingEnumerable())
                {
                    action();
                }
            }
        }) { IsBackground = true, Name = "network-namespace" };
        _thread.Start();
        ready.Wait();
        if (error != 0)
        {
            Assert.Skip($"network namespaces need root: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        Ip("link set lo up");
    }

    /// <summary>Runs code inside and hands its value, or its exception, back.</summary>
    public T Run<T>(Func<T> inside)
    {
        T? value = default;
        ExceptionDispatchInfo? thrown = null;
        using var done = new ManualResetEventSlim();
        _work.Add(() =>
        {
            try
            {
                value = inside();
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        thrown?.Throw();
        return value!;
    }

    /// <summary>Runs code inside.</summary>
    public void Run(Action inside) => Run(() =>
    {
        inside();
        return 0;
    });

    /// <summary>Runs <c>ip</c> inside.</summary>
    public string Ip(string arguments) => Exec("ip", arguments.Split(' '));

    /// <summary>Runs <c>nft</c> inside on a script.</summary>
    public string Nft(string script) => Exec("nft", ["-f", "-"], script);

    /// <summary>Writes a sysctl of this namespace, such as <c>net.ipv4.ip_forward</c>.</summary>
    public void Sysctl(string name, string value) =>
        Run(() => File.WriteAllText($"/proc/sys/{name.Replace('.', '/')}", value));

    /// <summary>Runs a program inside, to its end, and hands its output back; a failure fails the test.</summary>
    public string Exec(string program, IReadOnlyList<string> arguments, string input = "")
    {
        using Process process = Start(program, arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error}{output}");
        return output;
    }

    /// <summary>Starts a program inside.</summary>
    public Process Start(string program, IReadOnlyList<string> arguments) => Run(() =>
    {
        // A child gets the network namespace of the thread that forks it.
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(info)!;
    });

    /// <summary>Joins this namespace and another by a pair of virtual Ethernet devices, both up.</summary>
    public void Link(NetworkNamespace other, string name, string otherName)
    {
        Ip($"link add {name} type veth peer name {otherName} netns {other._path}");
        Ip($"link set {name} up");
        other.Ip($"link set {otherName} up");
    }

    /// <summary>Moves a device from here to another namespace, and sets it up there.</summary>
    public void Move(string device, NetworkNamespace to)
    {
        Ip($"link set {device} netns {to._path}");
        to.Ip($"link set {device} up");
    }

    /// <summary>Gives a device addresses; IPv6 without duplicate address detection, so that they work at once.</summary>
    public void Address(string device, params string[] addresses)
    {
        foreach (string address in addresses)
        {
            Ip(address.Contains(':', StringComparison.Ordinal)
                ? $"addr add {address} dev {device} nodad"
                : $"addr add {address} dev {device}");
        }
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int ThreadId();
}
