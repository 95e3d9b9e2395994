using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Linux.Network;

/// <summary>The name servers that the host asks, from resolv.conf(5) and the files that local stubs keep of their real servers.</summary>
/// <param name="root">The root directory, "/" for the host's own.</param>
public sealed class ResolverFiles(string root)
{
    private const int MaxLength = 64 * 1024;

    // systemd-resolved.service(8), NetworkManager.conf(5): what the stub at 127.0.0.53 or 127.0.0.1 asks in its turn.
    private static readonly string[] BehindStubs = ["run/systemd/resolve/resolv.conf", "run/NetworkManager/no-stub-resolv.conf"];

    /// <summary>Reads them.</summary>
    public Result<HashSet<Address>> Read()
    {
        HashSet<Address> servers = [];
        string path = Path.Combine(root, "etc/resolv.conf");
        try
        {
            // A host without the file asks the server on itself (resolv.conf(5)).
            if (File.Exists(path))
            {
                Add(servers, path);
            }

            foreach (string behind in BehindStubs.Select(file => Path.Combine(root, file)).Where(File.Exists))
            {
                Add(servers, behind);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Problem($"cannot read the name servers: {e.Message}", path);
        }

        return servers;
    }

    private static void Add(HashSet<Address> servers, string path)
    {
        using StreamReader reader = File.OpenText(path);
        char[] text = new char[MaxLength];
        int length = reader.ReadBlock(text);
        foreach (ReadOnlySpan<char> line in text.AsSpan(0, length).EnumerateLines())
        {
            string[] words = line.ToString().Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);

            // A link-local server may carry its interface: fe80::1%eth0.
            if (words is ["nameserver", string server, ..] && Address.TryParse(server.Split('%')[0], out Address address))
            {
                servers.Add(address);
            }
        }
    }
}
