using System.Buffers.Binary;
using System.Globalization;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Linux.Netlink;
using Virtward.Linux.Network;

namespace Virtward.Linux.Changing;

/// <summary>
/// Who runs this program, by what the kernel says of the processes above it: the nearest sshd with a connection is where they came in. Variables of the environment
/// are not believed but for one thing: where they speak of SSH and no sshd is above us (tmux, screen), the connection is taken as an old one. So is the login session that
/// we are of, where neither tells.
/// </summary>
public static class SessionActor
{
    // proc_pid_stat(5) counts in clock ticks; USER_HZ is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    private const byte FamilyV4 = 2;

    // Documentation/admin-guide/devices.txt: 4 is tty and ttyS, 204 ttyAMA and the like, 229 hvc.
    private static readonly int[] ConsoleMajors = [4, 204, 229];

    /// <summary>Looks.</summary>
    public static Actor Find()
    {
        string user = Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } real ? real : Environment.UserName;
        Dictionary<uint, TcpSocket> sockets = Sockets();
        var actor = new Actor(user);
        string? told = null;
        int console = 0;
        for (int process = Environment.ProcessId, depth = 0; process > 1 && depth < 64; depth++)
        {
            if (Stat(process) is not (int parent, int terminal, double started))
            {
                break;
            }

            console = console == 0 ? terminal : console;
            told ??= ToldOfSsh(process);
            if (IsSshd(process) && Held(process, sockets) is { } socket)
            {
                // The highest one is the process that sshd made for the connection when it was accepted.
                actor = actor with
                {
                    From = socket.Remote,
                    FromPort = BinaryPrimitives.ReadUInt16BigEndian(socket.Identity.AsSpan(2)),
                    To = Local(socket),
                    ToPort = socket.LocalPort,
                    ConnectedAt = started,
                };
            }

            process = parent;
        }

        if (actor.From is null && told is not null && Told(actor, told) is { From: not null } old)
        {
            return old;
        }

        // Taken out of everything that tells (setsid, an empty environment), logind still knows whose it is; taken as an old connection, too.
        if (actor.From is null && told is null && LoginSession.From() is { } remote)
        {
            return actor with { From = remote, ConnectedAt = 0 };
        }

        // minor and major as in include/linux/kdev_t.h, new_encode_dev.
        int major = (console >> 8) & 0xfff;
        return actor.From is null && told is null && ConsoleMajors.Contains(major) ? actor with { IsConsole = true } : actor;
    }

    /// <summary>Somebody by what <c>SSH_CONNECTION</c> says (ssh(1): client, its port, server, its port), taken as there from the start; without <c>From</c> where it says nothing.</summary>
    /// <param name="actor">Who it is.</param>
    /// <param name="connection">The variable.</param>
    public static Actor Told(Actor actor, string connection)
    {
        // A link-local address has its interface behind it.
        string[] words = connection.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !Address.TryParse(words[0].Split('%')[0], out Address from))
        {
            return actor;
        }

        actor = actor with { From = from, ConnectedAt = 0 };
        return words.Length >= 4 && Address.TryParse(words[2].Split('%')[0], out Address to)
            && ushort.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort fromPort)
            && ushort.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out ushort toPort)
            ? actor with { FromPort = fromPort, To = to, ToPort = toPort }
            : actor;
    }

    // struct inet_diag_sockid: both ports, then the local address in 16 bytes, of which IPv4 takes the first four.
    private static Address Local(TcpSocket socket)
    {
        ReadOnlySpan<byte> bytes = socket.Identity.AsSpan(4, 16);
        return socket.Remote.IsV4 && socket.Family == FamilyV4
            ? Address.FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new Address(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    private static Dictionary<uint, TcpSocket> Sockets()
    {
        if (!NetlinkSocket.Open(NetlinkProtocol.SocketDiagnostics).TryGet(out NetlinkSocket? socket, out _))
        {
            return [];
        }

        using (socket)
        {
            return new TcpSockets(socket).List().TryGet(out List<TcpSocket>? all, out _)
                ? all.Where(static one => one.Inode != 0).DistinctBy(static one => one.Inode).ToDictionary(static one => one.Inode)
                : [];
        }
    }

    private static (int Parent, int Terminal, double Started)? Stat(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[4], CultureInfo.InvariantCulture),
                double.Parse(fields[19], CultureInfo.InvariantCulture) / TicksPerSecond);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static bool IsSshd(int process)
    {
        try
        {
            string program = new FileInfo($"/proc/{process}/exe").LinkTarget?.Split(" (deleted)")[0] ?? "";
            return program.StartsWith("/usr/", StringComparison.Ordinal) && Path.GetFileName(program) is ("sshd" or "sshd-session");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // sudo takes the variable away from what it runs, so every process above is asked.
    private static string? ToldOfSsh(int process)
    {
        const string variable = "SSH_CONNECTION=";
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Split('\0').FirstOrDefault(static one => one.StartsWith(variable, StringComparison.Ordinal))?[variable.Length..];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static TcpSocket? Held(int process, Dictionary<uint, TcpSocket> sockets)
    {
        try
        {
            foreach (string descriptor in Directory.EnumerateFileSystemEntries($"/proc/{process}/fd"))
            {
                if (new FileInfo(descriptor).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal)
                    && uint.TryParse(target.AsSpan(8).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out uint inode)
                    && sockets.TryGetValue(inode, out TcpSocket socket))
                {
                    return socket;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It ended while it was read.
        }

        return null;
    }
}
