using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;

namespace Virtward.Linux.Files;

/// <summary>poll(2) over the descriptors, and an eventfd(2) to be woken by.</summary>
public sealed class PollWaiter : IWaiter
{
    private readonly SafeFileHandle _wake = FileCalls.CreateEvent(0, FileCalls.NonBlocking);
    private PollEntry[] _entries = new PollEntry[8];

    /// <inheritdoc/>
    public void Wait(IReadOnlyList<IPollable> what, TimeSpan atMost)
    {
        if (_entries.Length <= what.Count)
        {
            _entries = new PollEntry[what.Count * 2];
        }

        for (int i = 0; i < what.Count; i++)
        {
            _entries[i] = new PollEntry { Descriptor = what[i].Descriptor, Events = FileCalls.PollIn };
        }

        _entries[what.Count] = new PollEntry { Descriptor = FileCalls.Number(_wake), Events = FileCalls.PollIn };
        int milliseconds = (int)Math.Clamp(Math.Ceiling(atMost.TotalMilliseconds), 0, int.MaxValue);

        // A signal (EINTR) ends the wait early: the caller looks, finds nothing, and waits again.
        int ready = FileCalls.Poll(_entries.AsSpan(0, what.Count + 1), (nuint)(what.Count + 1), milliseconds);
        if (ready > 0 && _entries[what.Count].Returned != 0)
        {
            Span<byte> count = stackalloc byte[8];
            _ = FileCalls.Read(_wake, count, 8);
        }
    }

    /// <inheritdoc/>
    public void Wake()
    {
        Span<byte> one = stackalloc byte[8];
        MemoryMarshal.Write(one, 1UL);

        // It fails only when the count is full, that is, when the waiter is awake already.
        _ = FileCalls.Write(_wake, one, 8);
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();
}
