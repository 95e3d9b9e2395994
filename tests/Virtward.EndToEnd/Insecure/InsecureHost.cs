using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Virtward.EndToEnd.Machine;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.EndToEnd.Insecure;

/// <summary>The host as the isolation document found it, running, with the published program on it, and what that says of it; once for all tests.</summary>
public sealed class InsecureHost : IDisposable
{
    private const string Policy = """
        version: 1
        zones:
          internet: { interfaces: [up0] }
          management: { interfaces: [mgmt0] }
          vpn: { interfaces: [vpn0] }
          guests: { interfaces: [virbr0] }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-end-to-end-");
    private readonly string? _missing = HostImage.Missing();
    private readonly HostDisk? _disk;
    private readonly VirtualHost? _host;
    private readonly JsonDocument? _audit;

    public InsecureHost()
    {
        if (_missing is not null)
        {
            return;
        }

        var watch = Stopwatch.StartNew();
        Cable();
        Task<string> publishing = Task.Run(() => PublishedProgram.To(Path.Combine(_folder.FullName, "published")));
        HostImage image = HostImage.Get(string.Join(' ', VirtualHost.Hardware), Say);
        VirtualHost.Warm(image, Say);
        Program = publishing.GetAwaiter().GetResult();
        Say($"published after {watch.Elapsed.TotalSeconds:0} s");
        _disk = new HostDisk(image);
        _host = VirtualHost.Start(image, _disk, Program, [Internet, Management, Vpn], Say);
        Address();
        Host.Must($"mkdir -p /etc/virtward && cat >/etc/virtward/policy.yaml <<'END'\n{Policy}\nEND");

        // The processor's seconds and the memory of the program and all that it runs.
        AuditCost = Host.Must("""
            python3 -c '
            import resource, subprocess
            code = subprocess.call(["virtward", "audit", "--patience", "2m", "--json"], stdout=open("/root/audit.json", "w"), stderr=open("/root/audit.err", "w"))
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            print("exit code %d, %.1f s of the emulated processor, %d MB at most" % (code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
            '
            """.Replace("            ", "", StringComparison.Ordinal)).Trim();
        Say($"audit: {AuditCost}");
        string audit = Host.Must("cat /root/audit.json");
        Exposure = Path.Combine(_folder.FullName, "exposure.json");
        File.WriteAllText(Exposure, Host.Must("virtward exposure --json | tee /root/exposure.json"));
        Keep("audit.json", audit);
        Keep("exposure.json", File.ReadAllText(Exposure));
        _audit = JsonDocument.Parse(audit);
        Say($"audit and exposure after {watch.Elapsed.TotalSeconds:0} s");
    }

    /// <summary>203.0.113.1, 2001:db8::1.</summary>
    public NetworkNamespace Internet { get; private set; } = null!;

    /// <summary>192.168.1.10, fd00:1::10.</summary>
    public NetworkNamespace Management { get; private set; } = null!;

    /// <summary>10.8.0.2.</summary>
    public NetworkNamespace Vpn { get; private set; } = null!;

    /// <summary>The published program, for namespaces of this machine.</summary>
    public string Program { get; } = "";

    /// <summary>The file that <c>virtward exposure --json</c> wrote on the host.</summary>
    public string Exposure { get; } = "";

    /// <summary>What the audit cost there, in words.</summary>
    public string AuditCost { get; } = "";

    /// <summary>The host; skips the test where it cannot be.</summary>
    public VirtualHost Host
    {
        get
        {
            Assert.SkipWhen(_missing is not null, _missing ?? "");
            return _host!;
        }
    }

    /// <summary>What <c>virtward audit --json</c> printed there.</summary>
    public JsonElement Audit
    {
        get
        {
            _ = Host;
            return _audit!.RootElement;
        }
    }

    /// <summary>Says what takes long, at once.</summary>
    public static void Say(string what) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {DateTime.UtcNow:HH:mm:ss} {what}"));

    public void Dispose()
    {
        _host?.Dispose();
        _disk?.Dispose();
        Internet?.Dispose();
        Management?.Dispose();
        Vpn?.Dispose();
        _audit?.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Cable()
    {
        Internet = new NetworkNamespace();
        Management = new NetworkNamespace();
        Vpn = new NetworkNamespace();
    }

    // Each asks the host for all that is not its own network, as the neighbours of a careless host can.
    private void Address()
    {
        Internet.Address("tap-up", "203.0.113.1/24", "2001:db8::1/64");
        Internet.Ip("route add default via 203.0.113.10");
        Internet.Ip("-6 route add default via 2001:db8::10");
        Management.Address("tap-mgmt", "192.168.1.10/24", "fd00:1::10/64");
        Management.Ip("route add default via 192.168.1.100");
        Management.Ip("-6 route add default via fd00:1::100");
        Vpn.Address("tap-vpn", "10.8.0.2/24");
        Vpn.Ip("route add default via 10.8.0.1");
    }

    // For eyes: what a run found stays in TestResults.
    private static void Keep(string name, string text)
    {
        string results = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../TestResults"));
        Directory.CreateDirectory(results);
        File.WriteAllText(Path.Combine(results, "insecure-" + name), text);
    }
}
