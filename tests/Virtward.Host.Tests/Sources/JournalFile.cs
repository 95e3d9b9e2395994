using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace Virtward.Host.Tests.Sources;

/// <summary>A journal file of our own, written by systemd-journal-remote from the export format, entry by entry.</summary>
public sealed class JournalFile : IDisposable
{
    private static readonly string[] Writers = ["/usr/lib/systemd/systemd-journal-remote", "/lib/systemd/systemd-journal-remote"];

    private readonly Process _process;
    private int _count;

    public JournalFile(string directory, string name = "test.journal")
    {
        string? writer = Array.Find(Writers, File.Exists);
        if (writer is null)
        {
            Assert.Skip("systemd-journal-remote is not installed");
        }

        var start = new ProcessStartInfo(writer) { RedirectStandardInput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-o");
        start.ArgumentList.Add(Path.Combine(directory, name));
        start.ArgumentList.Add("-");
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
    }

    /// <summary>When the first entry was received: microseconds since 1970.</summary>
    public long Start { get; } = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds() * 1000;

    public void Add(string unit, string command, ReadOnlySpan<byte> message, long secondsBack = 0)
    {
        _count++;
        var stream = _process.StandardInput.BaseStream;
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"__REALTIME_TIMESTAMP={Start + _count - (secondsBack * 1_000_000)}\n__MONOTONIC_TIMESTAMP={1000 + _count}\n_BOOT_ID=0123456789abcdef0123456789abcdef\n"
            + $"_SYSTEMD_UNIT={unit}\n_COMM={command}\n_PID={1000 + _count}\n_UID=0\nSYSLOG_IDENTIFIER={command}\nMESSAGE\n");
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, message.Length);
        stream.Write(Encoding.UTF8.GetBytes(head));
        stream.Write(size);
        stream.Write(message);
        stream.Write("\n\n"u8);
        stream.Flush();
    }

    /// <summary>Waits until everything is in the file.</summary>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
