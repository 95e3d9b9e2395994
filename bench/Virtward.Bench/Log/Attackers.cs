using System.Net;
using System.Text;

namespace Virtward.Bench.Log;

/// <summary>
/// Who attacks: clusters of neighbours in one /24 or one /48 (each of its own /64), and single ones. A few are busy, most try a few
/// times: the number of tries falls with the rank.
/// </summary>
internal sealed class Attackers
{
    private const double Clustered = 0.5;
    private const double V6 = 0.15;

    private readonly byte[][] _texts;
    private readonly long[] _attempts;

    public Attackers(Random random, int count)
    {
        var addresses = new HashSet<IPAddress>();
        while (addresses.Count < count)
        {
            bool v6 = random.NextDouble() < V6;
            byte[] network = v6 ? V6Network(random) : V4Network(random);
            int neighbours = random.NextDouble() < Clustered ? random.Next(4, 24) : 1;
            for (int i = 0; i < neighbours && addresses.Count < count; i++)
            {
                addresses.Add(Inside(random, network));
            }
        }

        _texts = [.. addresses.Select(address => Encoding.ASCII.GetBytes(address.ToString()))];
        random.Shuffle(_texts);
        _attempts = new long[count];
    }

    /// <summary>How many there are.</summary>
    public int Count => _texts.Length;

    /// <summary>How many of them made an attempt.</summary>
    public int Active => _attempts.Count(attempts => attempts > 0);

    /// <summary>All attempts.</summary>
    public long Attempts => _attempts.Sum();

    /// <summary>Each one's address and attempts, those without left out.</summary>
    public IEnumerable<(string Address, long Attempts)> Truth =>
        _texts.Zip(_attempts, (text, attempts) => (Encoding.ASCII.GetString(text), attempts)).Where(one => one.attempts > 0);

    /// <summary>Picks who attacks next.</summary>
    public int Next(Random random)
    {
        double u = random.NextDouble();
        return (int)(u * u * u * Count);
    }

    /// <summary>An attacker's address as text.</summary>
    public ReadOnlySpan<byte> Text(int attacker) => _texts[attacker];

    /// <summary>Counts attempts.</summary>
    public void Tried(int attacker, int attempts) => _attempts[attacker] += attempts;

    // Networks that are given to nobody special: never private, never multicast.
    private static byte[] V4Network(Random random) => [(byte)random.Next(11, 100), (byte)random.Next(256), (byte)random.Next(256), 0];

    private static byte[] V6Network(Random random)
    {
        var network = new byte[16];
        random.NextBytes(network.AsSpan(2, 4));
        (network[0], network[1]) = (0x26, 0x00);
        return network;
    }

    private static IPAddress Inside(Random random, byte[] network)
    {
        byte[] address = [.. network];
        if (address.Length == 4)
        {
            address[3] = (byte)random.Next(1, 255);
        }
        else
        {
            address[7] = (byte)random.Next(256);
            address[15] = (byte)random.Next(1, 256);
        }

        return new IPAddress(address);
    }
}
