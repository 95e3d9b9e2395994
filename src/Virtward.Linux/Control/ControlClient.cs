using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Virtward.Core.Results;

namespace Virtward.Linux.Control;

/// <summary>
/// The command line's side of the daemon's control API: one HTTP/1.1 request over the unix socket, one answer, closed (RFC 9112
/// section 9.6). HttpClient does the same and costs 80 ms of start-up.
/// </summary>
/// <param name="socketPath">The daemon's socket.</param>
public sealed class ControlClient(string socketPath)
{
    private const int MaxAnswerBytes = 256 * 1024 * 1024;

    /// <summary>Whether somebody listens there. A socket that we may not open counts: its daemon is not to be worked around.</summary>
    public async Task<bool> IsListeningAsync(CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel).ConfigureAwait(false);
            return true;
        }
        catch (SocketException e)
        {
            return !IsNobody(e);
        }
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <param name="method">GET or POST.</param>
    /// <param name="target">The path and query, from our own constants and escaped values.</param>
    /// <param name="body">A JSON document, or empty.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The answer; null where no daemon listens; a problem where one does and did not answer properly.</returns>
    public async Task<Result<ControlAnswer?>> SendAsync(string method, string target, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel).ConfigureAwait(false);
        }
        catch (SocketException e) when (IsNobody(e))
        {
            return Result<ControlAnswer?>.Ok(null);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            return new Problem("no right to speak to the daemon", socketPath, "run it as root, or as a member of the group virtward");
        }
        catch (SocketException e)
        {
            return new Problem($"cannot speak to the daemon ({e.Message})", socketPath);
        }

        try
        {
            string head = string.Create(
                CultureInfo.InvariantCulture,
                $"{method} {target} HTTP/1.1\r\nHost: virtward\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
            using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancel).ConfigureAwait(false);
            if (!body.IsEmpty)
            {
                // A daemon that has its request whole answers and closes at once: even a write of nothing would fail then (EPIPE, send(2)).
                await stream.WriteAsync(body, cancel).ConfigureAwait(false);
            }

            using var answer = new MemoryStream();
            byte[] block = new byte[128 * 1024];
            int read;
            while ((read = await stream.ReadAsync(block, cancel).ConfigureAwait(false)) > 0)
            {
                if (answer.Length + read > MaxAnswerBytes)
                {
                    return new Problem("the daemon's answer is too long", socketPath);
                }

                answer.Write(block, 0, read);
            }

            return Parse(answer.GetBuffer().AsMemory(0, (int)answer.Length)) is { } parsed
                ? Result<ControlAnswer?>.Ok(parsed)
                : new Problem("what listens there does not answer as the daemon does", socketPath);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return new Problem($"the daemon broke off ({e.Message})", socketPath, "see its log: journalctl -u virtward");
        }
    }

    // ECONNREFUSED: a socket that a dead daemon left behind. A missing file (ENOENT) is AddressNotAvailable in .NET's words.
    private static bool IsNobody(SocketException e) =>
        e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable || e.NativeErrorCode is 2 or 20;

    private static ControlAnswer? Parse(ReadOnlyMemory<byte> answer)
    {
        ReadOnlySpan<byte> bytes = answer.Span;
        int headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0 || !bytes.StartsWith("HTTP/1.1 "u8) || bytes.Length < 12
            || !int.TryParse(bytes.Slice(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
        {
            return null;
        }

        ReadOnlyMemory<byte> body = answer[(headEnd + 4)..];
        bool chunked = Encoding.ASCII.GetString(bytes[..headEnd]).Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase);
        return chunked ? (Unchunk(body.Span) is { } joined ? new ControlAnswer(status, joined) : null) : new ControlAnswer(status, body);
    }

    // RFC 9112 section 7.1; our own server sends no extensions or trailers.
    private static byte[]? Unchunk(ReadOnlySpan<byte> body)
    {
        using var joined = new MemoryStream(body.Length);
        while (true)
        {
            int lineEnd = body.IndexOf("\r\n"u8);
            if (lineEnd < 0 || !int.TryParse(body[..lineEnd], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int size)
                || size < 0 || body.Length < lineEnd + 2 + size + 2)
            {
                return null;
            }

            if (size == 0)
            {
                return joined.ToArray();
            }

            joined.Write(body.Slice(lineEnd + 2, size));
            body = body[(lineEnd + 2 + size + 2)..];
        }
    }
}
