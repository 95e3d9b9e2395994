using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Virtward.Core.Results;
using Virtward.Exposure.Facts.Guests;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>What of libvirt's domain XML says how well a guest is held in.</summary>
public static class GuestDefinitionReader
{
    private const int MaxItems = 2000;
    private const int DefaultShares = 1024;

    /// <summary>Reads one; null where it is none, and the problem told.</summary>
    /// <param name="file">Its name, for problems.</param>
    /// <param name="text">The XML: a <c>domain</c>, or the <c>domstatus</c> of a running one.</param>
    /// <param name="running">Whether it is the XML of the running guest.</param>
    /// <param name="problems">Gets what could not be read.</param>
    public static GuestDefinition? Read(string file, string text, bool running, ICollection<Problem> problems)
    {
        XElement? root = SafeXml.Root(file, text, problems, "domain", "domstatus");
        XElement? domain = root?.Name.LocalName == "domstatus" ? root.Child("domain") : root;
        string name = domain.Child("name")?.Value.Trim() ?? "";
        if (domain is null || name.Length == 0)
        {
            if (root is not null)
            {
                problems.Add(new Problem("is a guest without a name", file));
            }

            return null;
        }

        XElement? devices = domain.Child("devices");
        XElement? cpu = domain.Child("cpu");
        XElement? tune = domain.Child("cputune");
        ImmutableArray<GuestDisk> disks = [.. devices.Children("disk").Take(MaxItems).Select(Disk)];
        GuestDisk[] written = [.. disks.Where(static disk => disk.Device is "disk" or "lun")];
        return new GuestDefinition(name, file, running)
        {
            Paused = running && root.Get("state") == "paused",
            Uuid = domain.Child("uuid")?.Value.Trim() ?? "",
            Hypervisor = domain.Get("type") ?? "",
            Machine = domain.Child("os").Child("type").Get("machine") ?? "",
            Architecture = domain.Child("os").Child("type").Get("arch") ?? "",
            CpuMode = cpu is null ? "" : cpu.Get("mode") ?? (cpu.Child("model") is null ? "" : "custom"),
            CpuModel = cpu.Child("model")?.Value.Trim() ?? "",
            CpuFeatures = [.. cpu.Children("feature").Where(static one => one.Get("policy") is null or "require" or "force").Select(static one => one.Get("name") ?? "").Take(MaxItems)],
            CpuLimited = domain.Child("vcpu").Get("cpuset") is not null || tune.Children("vcpupin").Any() || Quotas(tune).Any(static quota => quota > 0),
            CpuWithoutEffect = WithoutEffect(tune),
            MemoryLimited = domain.Child("memtune").Child("hard_limit") is not null,
            DisksLimited = domain.Child("blkiotune")?.HasElements == true || written.All(static disk => disk.Limited),
            Graphics = [.. devices.Children("graphics").Take(MaxItems).Select(Graphics)],
            Labels = [.. domain.Children("seclabel").Take(MaxItems).Select(static one => new GuestSecurityLabel(one.Get("type") ?? "dynamic", one.Get("model") ?? ""))],
            Disks = disks,
            Nics = [.. devices.Children("interface").Take(MaxItems).Select(Nic)],
            Lines = [.. (devices?.Elements() ?? []).Where(static one => one.Name.LocalName is "channel" or "serial" or "console" or "parallel" or "redirdev").Take(MaxItems).Select(Line)],
            Filesystems = [.. devices.Children("filesystem").Where(static one => one.Get("type") is null or "mount" or "bind" or "block").Take(MaxItems).Select(Directory)],
            HostDevices = [.. devices.Children("hostdev").Take(MaxItems).Select(HostDevice)],
            Arguments = Arguments(domain),
            Environment = domain.Children("commandline").SelectMany(static one => one.Children("env")).Count(),
            Sound = [.. devices.Children("sound").Select(static one => one.Get("model") ?? "?").Take(MaxItems)],
        };
    }

    private static IEnumerable<long> Quotas(XElement? tune) =>
        (tune?.Elements() ?? []).Where(static one => one.Name.LocalName is "quota" or "global_quota").Select(static one => Number(one.Value));

    // libvirt's defaults written down: a quota below zero is none, and 1024 shares are everybody's.
    private static string WithoutEffect(XElement? tune)
    {
        string[] idle =
        [
            .. (tune?.Elements() ?? []).Where(static one => one.Name.LocalName.EndsWith("quota", StringComparison.Ordinal) && Number(one.Value) <= 0)
                .Select(static one => $"{one.Name.LocalName} {one.Value.Trim()}"),
            .. tune.Children("shares").Where(static one => Number(one.Value) == DefaultShares).Select(static one => $"shares {one.Value.Trim()}"),
        ];
        return string.Join(", ", idle.Select(static one => one.Length > 40 ? one[..40] : one).Distinct().Take(4));
    }

    private static long Number(string text) => long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static GuestGraphics Graphics(XElement item)
    {
        XElement? listen = item.Child("listen");
        bool socket = item.Get("socket") is not null;
        string type = item.Get("type") ?? "";
        return new GuestGraphics(type, socket ? "socket" : listen.Get("type") ?? "address", listen.Get("address") ?? item.Get("listen") ?? "")
        {
            Password = item.Attribute("passwd") is not null,
            Websocket = item.Get("websocket") is not null,
            OnlyTls = item.Get("defaultMode") == "secure" || (item.Get("tlsPort") is not null && item.Get("port") is null && item.Get("autoport") is not "yes"),
            Clipboard = type == "spice" && item.Child("clipboard").Get("copypaste") is not "no",
            FileTransfer = type == "spice" && item.Child("filetransfer").Get("enable") is not "no",
        };
    }

    private static GuestDisk Disk(XElement item)
    {
        XElement? source = item.Child("source");
        XElement? driver = item.Child("driver");
        ImmutableArray<string>.Builder backing = ImmutableArray.CreateBuilder<string>();
        XElement? store = item.Child("backingStore");
        for (int depth = 0; store is not null && depth < 64; depth++, store = store.Child("backingStore"))
        {
            XElement? below = store.Child("source");
            if ((below.Get("file") ?? below.Get("dev")) is string path)
            {
                backing.Add(path);
            }
        }

        return new GuestDisk(item.Get("type") ?? "file", item.Get("device") ?? "disk", item.Child("target").Get("dev") ?? "?")
        {
            Source = source.Get("file") ?? source.Get("dev") ?? (source.Get("pool") is string pool ? $"{pool}/{source.Get("volume")}" : source.Get("dir") ?? source.Get("name") ?? ""),
            Format = driver.Get("type") ?? "",
            Cache = driver.Get("cache") ?? "",
            RawCommands = item.Get("rawio") == "yes" || item.Get("sgio") == "unfiltered",
            Limited = item.Child("iotune")?.HasElements == true || item.Child("throttlefilters")?.HasElements == true,
            ReadOnly = item.Child("readonly") is not null,
            Backing = backing.ToImmutable(),
        };
    }

    private static GuestNic Nic(XElement item)
    {
        XElement? source = item.Child("source");
        string type = item.Get("type") ?? "";
        return new GuestNic(type, item.Child("mac").Get("address") ?? item.Child("target").Get("dev") ?? type)
        {
            Network = source.Get("network") ?? "",
            Bridge = source.Get("bridge") ?? "",
            Mode = type == "direct" ? source.Get("mode") ?? "vepa" : "",
            Filter = item.Child("filterref").Get("filter") ?? "",
            Isolated = item.Child("port").Get("isolated") == "yes",
            TrustsGuest = item.Get("trustGuestRxFilters") == "yes",
            Limited = item.Child("bandwidth")?.HasElements == true,
        };
    }

    private static GuestLine Line(XElement item)
    {
        XElement[] sources = [.. item.Children("source")];
        XElement? bound = sources.FirstOrDefault(static one => one.Get("mode") == "bind");
        string type = item.Get("type") ?? "";
        return new GuestLine(item.Name.LocalName, type)
        {
            Target = item.Child("target").Get("name") ?? "",
            Listens = type is "tcp" or "udp" && bound is not null,
            Host = bound.Get("host") ?? "",
            Port = bound.Get("service") ?? "",
        };
    }

    private static string Directory(XElement item)
    {
        XElement? source = item.Child("source");
        string mode = item.Child("readonly") is null ? "" : " (read only)";
        return (source.Get("dir") ?? source.Get("file") ?? source.Get("dev") ?? source.Get("socket") ?? "?") + mode;
    }

    private static string HostDevice(XElement item)
    {
        XElement? source = item.Child("source");
        string type = item.Get("type") ?? item.Get("mode") ?? "device";
        if (source.Child("address") is XElement address && type == "pci")
        {
            return $"pci {Hex(address.Get("domain"), 4)}:{Hex(address.Get("bus"), 2)}:{Hex(address.Get("slot"), 2)}.{Hex(address.Get("function"), 1)}";
        }

        string? vendor = source.Child("vendor").Get("id");
        string named = vendor is not null ? $" {vendor}:{source.Child("product").Get("id")}"
            : source.Child("address").Get("uuid") is string uuid ? $" {uuid}"
            : source.Child("adapter").Get("name") is string adapter ? $" {adapter}"
            : source.Child("block")?.Value is string block ? $" {block.Trim()}"
            : "";
        return type + named;
    }

    private static string Hex(string? text, int digits)
    {
        string value = text is not null && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text ?? "";
        return (value.Length > 8 ? value[..8] : value).PadLeft(digits, '0');
    }

    // What was taken out of the snapshot stands there as removed: only options, which begin with a dash, name something.
    private static ImmutableArray<string> Arguments(XElement domain)
    {
        XElement[] arguments = [.. domain.Children("commandline").SelectMany(static one => one.Children("arg"))];
        string[] options = [.. arguments.Select(static one => one.Get("value") ?? "").Where(static value => value.StartsWith('-')).Distinct().Take(MaxItems)];
        return options.Length == 0 && arguments.Length > 0 ? ["(an argument)"] : [.. options];
    }
}
