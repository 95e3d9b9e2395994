using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Virtward.Linux.Namespaces;

/// <summary>
/// A log daemon of the smallest kind: takes what programs send to <c>/dev/log</c> by syslog(3) and appends it to one file in the
/// classic form, as rsyslog does by default on Debian and RHEL: the priority goes, the host's name comes in.
/// </summary>
public sealed class SyslogReceiver : IDisposable
{
    /// <summary>The length of syslog(3)'s time stamp, <c>Nov 21 20:12:34</c>, and the space behind it.</summary>
    private const int StampLength = 16;

    private readonly Socket _socket;
    private readonly FileStream _log;
    private readonly Thread _thread;

    private SyslogReceiver(Socket socket, FileStream log, byte[] host, Action<LoggedLine> written)
    {
        _socket = socket;
        _log = log;
        _thread = new Thread(() => Receive(host, written)) { IsBackground = true, Name = "syslog" };
    }

    /// <summary>Starts to receive.</summary>
    /// <param name="socketPath">Where programs send to; made here.</param>
    /// <param name="logPath">The file; made here, readable for all.</param>
    /// <param name="host">The host's name, as lines shall have it.</param>
    /// <param name="written">Told about each line, on the receiving thread, once it is in the file.</param>
    public static SyslogReceiver Start(string socketPath, string logPath, string host, Action<LoggedLine> written)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveBufferSize = 4 << 20 };
        socket.Bind(new UnixDomainSocketEndPoint(socketPath));
        _ = NamespaceNative.ChangeMode(socketPath, NamespaceNative.AllWrite);

        // No buffer: a line is in the file when Write has returned.
        var log = new FileStream(logPath, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var receiver = new SyslogReceiver(socket, log, Encoding.UTF8.GetBytes(host + " "), written);
        receiver._thread.Start();
        return receiver;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
        _log.Dispose();
    }

    private void Receive(byte[] host, Action<LoggedLine> written)
    {
        byte[] datagram = new byte[64 * 1024];
        byte[] line = new byte[datagram.Length + host.Length + 1];
        while (true)
        {
            int received;
            try
            {
                received = _socket.Receive(datagram);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            ReadOnlySpan<byte> message = Line(datagram.AsSpan(0, received), host, line);
            long now = Stopwatch.GetTimestamp();
            _log.Write(message);
            written(new LoggedLine(Encoding.UTF8.GetString(message[..^1]), now));
        }
    }

    /// <summary><c>&lt;38&gt;Nov 21 20:12:34 sshd[81]: text</c> becomes <c>Nov 21 20:12:34 host sshd[81]: text</c> and a line feed.</summary>
    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> message, ReadOnlySpan<byte> host, Span<byte> line)
    {
        int priorityEnd = message.IndexOf((byte)'>');
        if (message.StartsWith("<"u8) && priorityEnd is > 0 and < 5)
        {
            message = message[(priorityEnd + 1)..];
        }

        message = message.TrimEnd("\n\0"u8);
        int stamp = Math.Min(StampLength, message.Length);
        message[..stamp].CopyTo(line);
        host.CopyTo(line[stamp..]);
        message[stamp..].CopyTo(line[(stamp + host.Length)..]);
        int length = message.Length + host.Length;

        // rsyslog writes control characters as #ooo; a line feed inside would forge a line.
        for (int i = 0; i < length; i++)
        {
            if (line[i] < 0x20)
            {
                line[i] = (byte)'?';
            }
        }

        line[length] = (byte)'\n';
        return line[..(length + 1)];
    }
}
