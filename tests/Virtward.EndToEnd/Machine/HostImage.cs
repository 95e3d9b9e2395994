using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Virtward.EndToEnd.Machine;

/// <summary>
/// The insecure host's disk, kernel and initrd, made from Debian packages by the recipe in image/. It is kept between runs in the user's cache, in a folder
/// named by a hash of all that it is made from, and made anew when that changes.
/// </summary>
/// <param name="Folder">Where it lies: disk.raw, vmlinuz, initrd; and, once it has booted, warm.qcow2 and ram.</param>
public sealed record HostImage(string Folder)
{
    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(40);
    private static readonly string[] Tools = ["mmdebstrap", "mke2fs", "qemu-system-x86_64", "qemu-img", "ip", "apt-get"];

    /// <summary>Why this machine cannot make or run it, or null.</summary>
    public static string? Missing()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "a host is built and cabled by root only";
        }

        string[] missing = [.. Tools.Where(static tool => !IsInstalled(tool))];
        return missing.Length > 0 ? $"not installed: {string.Join(", ", missing)}"
            : !File.Exists("/dev/net/tun") ? "no /dev/net/tun: a virtual machine cannot be cabled"
            : Sources().Length == 0 ? "the host is built from Debian's packages, and apt has no sources of Debian here"
            : null;
    }

    /// <summary>The image, built if need be. Runs beside each other wait for one another.</summary>
    /// <param name="machine">What else its state depends on: the virtual machine's hardware.</param>
    /// <param name="say">Told what takes long.</param>
    public static HostImage Get(string machine, Action<string> say)
    {
        string sources = Sources();
        string recipe = Path.Combine(AppContext.BaseDirectory, "image");
        string home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        DirectoryInfo images = Directory.CreateDirectory(Path.Combine(home, "virtward", "end-to-end"));
        string folder = Path.Combine(images.FullName, Hash(recipe, sources, machine));
        using FileStream alone = Alone(Path.Combine(images.FullName, "lock"));
        if (Directory.Exists(folder))
        {
            return new HostImage(folder);
        }

        foreach (DirectoryInfo old in images.GetDirectories())
        {
            old.Delete(recursive: true);
        }

        var watch = Stopwatch.StartNew();
        say("building the host's image from Debian's packages");
        string part = Directory.CreateDirectory(folder + ".part").FullName;
        File.WriteAllText(Path.Combine(part, "sources"), sources);
        Ran build = Tool.Run(Path.Combine(recipe, "build"), [part, Path.Combine(part, "sources")]);
        if (build.Code != 0)
        {
            Directory.Delete(part, recursive: true);
            throw new InvalidOperationException($"the host's image could not be built: {build.Error}{build.Output}");
        }

        Directory.Move(part, folder);
        say($"built in {watch.Elapsed.TotalSeconds:0} s");
        return new HostImage(folder);
    }

    /// <summary>Holds whatever must be done by one run at a time.</summary>
    public FileStream Alone() => Alone(Path.Combine(Path.GetDirectoryName(Folder)!, "lock"));

    /// <summary>A file of it.</summary>
    public string Of(string name) => Path.Combine(Folder, name);

    private static bool IsInstalled(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, tool)));

    // The machine's own mirror, whichever it is.
    private static string Sources()
    {
        if (!File.Exists("/etc/debian_version"))
        {
            return "";
        }

        Ran told = Tool.Run("apt-get", ["indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages", "Origin: Debian"]);
        return string.Concat(told.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal).Select(static line => line + "\n"));
    }

    private static string Hash(string recipe, string sources, string machine)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.GetFiles(recipe, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(recipe, file) + "\0"));
            hash.AppendData(File.ReadAllBytes(file));
        }

        hash.AppendData(Encoding.UTF8.GetBytes(sources + machine));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    // Another run that builds and boots the same host is waited for, and no longer than that can take: the lock may also fail for good, on a full disk.
    private static FileStream Alone(string path)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (watch.Elapsed < LockLimit)
            {
                Thread.Sleep(500);
            }
        }
    }
}
