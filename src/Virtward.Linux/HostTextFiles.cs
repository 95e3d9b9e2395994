using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Linux.Files;

namespace Virtward.Linux;

/// <summary>The files of this host, or of another root directory that was mounted or unpacked here.</summary>
/// <param name="root">The directory that paths start from; "/" or empty for the host itself.</param>
/// <remarks>
/// In another root no link leads out of it, and what is no regular file is not opened. Of the host itself a file may also be a pipe, such as a shell's
/// <c>&lt;(command)</c>.
/// </remarks>
public sealed class HostTextFiles(string root = "/") : ITextFiles
{
    private readonly string _root = root.TrimEnd('/');

    /// <inheritdoc/>
    public Result<string> ReadText(string path, int maxBytes)
    {
        if (_root.Length > 0)
        {
            using RootDirectory? tree = RootDirectory.Open(_root);
            string? why = null;
            return tree?.ReadText(path, maxBytes, out why) is string own ? own
                : why is null ? new Problem("there is no such file", path, "check the path") : new Problem($"cannot read the file: {why}", path);
        }

        try
        {
            using var stream = new FileStream(_root + path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[maxBytes + 1];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > maxBytes)
            {
                return new Problem($"is larger than {maxBytes} bytes, which no such file is", path, "check that it is the right file") { Line = 1 };
            }

            ReadOnlySpan<byte> text = bytes.AsSpan(0, length);
            return Encoding.UTF8.GetString(text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Problem("there is no such file", path, "check the path");
        }
        catch (UnauthorizedAccessException)
        {
            return Directory.Exists(path) ? new Problem("is a folder, not a file", path, "name the file in it") : new Problem("cannot read the file", path, "run it as root");
        }
        catch (IOException failure)
        {
            return new Problem($"cannot read the file: {failure.Message}", path);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        try
        {
            var paths = new List<string>();
            foreach (string entry in Directory.EnumerateFileSystemEntries(_root + directory))
            {
                paths.Add(directory.TrimEnd('/') + "/" + Path.GetFileName(entry));
            }

            paths.Sort(StringComparer.Ordinal);
            return paths;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(_root + path);
}
