using System.Text;
using Virtward.Core.Net;

namespace Virtward.Bench.Log;

/// <summary>Writes failed logins of given addresses, stamped with the time they are written at.</summary>
internal sealed class FailureLines(Stream output)
{
    private readonly LineBuffer _line = new(output);
    private readonly LineHead _head = new();

    /// <summary>Writes an address's failures.</summary>
    public void Write(Address address, int failures)
    {
        long now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        byte[] text = Encoding.ASCII.GetBytes(address.ToString());
        for (int i = 0; i < failures; i++)
        {
            _head.Write(_line, StampFormat.Iso, now, "sshd"u8, 4242);
            _line.Add("Failed password for root from "u8).Add(text).Add(" port 51234 ssh2"u8).End();
        }
    }

    /// <summary>Hands out what has been written.</summary>
    public void Flush() => _line.Flush();
}
