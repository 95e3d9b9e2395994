using System.Net.Sockets;
using System.Text;

namespace Virtward.Linux;

/// <summary>Speaks to systemd as sd_notify(3) describes: one datagram to the socket named by NOTIFY_SOCKET; silent where there is none.</summary>
public static class ServiceManager
{
    /// <summary>Sends a state such as <c>READY=1</c>.</summary>
    public static void Notify(string state)
    {
        string? path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(path) || (path[0] != '/' && path[0] != '@'))
        {
            return;
        }

        // '@' stands for the NUL of an abstract socket (unix(7)).
        string address = path[0] == '@' ? $"\0{path[1..]}" : path;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(address));
        }
        catch (SocketException)
        {
            // The manager will notice by itself that it heard nothing.
        }
    }
}
