using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Linux.Files;

/// <summary>Files that a command writes because a person named them: a picture, a report. Whole or not at all.</summary>
public static class HostOutputFiles
{
    /// <summary>Writes a file: beside it first, then renamed over it, so that nobody ever reads half of it.</summary>
    /// <param name="path">The absolute path; a file that is there is replaced.</param>
    /// <param name="content">Its content.</param>
    public static Result<Done> Write(string path, ReadOnlySpan<byte> content) => Write(path, content, isPrivate: false, null);

    /// <summary>
    /// Writes a configuration file anew, as <see cref="Write(string, ReadOnlySpan{byte})"/> does. A link is followed, owner and mode stay as they were; a new file can be
    /// read by its owner only, and its directory is made.
    /// </summary>
    /// <param name="path">The absolute path.</param>
    /// <param name="content">Its content.</param>
    public static Result<Done> Replace(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            // Of what does not exist no link can be resolved: that throws.
            string place = (Path.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? path;
            if (Path.GetDirectoryName(place) is { Length: > 0 } directory)
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            bool known = FileCalls.Stat(FileCalls.CurrentDirectory, place, 0, FileCalls.BasicStats, out StatBuffer state) == 0;
            return Write(place, content, isPrivate: true, known ? state.ToFileState(place) : null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Problem($"cannot write the file: {failure.Message}", path, failure is UnauthorizedAccessException ? "run it as root" : null);
        }
    }

    private static Result<Done> Write(string path, ReadOnlySpan<byte> content, bool isPrivate, FileState? like)
    {
        string beside = $"{path}.{Environment.ProcessId}.new";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (isPrivate)
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var stream = new FileStream(beside, options))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: isPrivate);
            }

            if (like is not null)
            {
                File.SetUnixFileMode(beside, (UnixFileMode)like.Mode);
                if (FileCalls.ChangeOwner(beside, like.Uid, like.Gid) != 0 && Environment.IsPrivilegedProcess)
                {
                    throw new IOException(System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(System.Runtime.InteropServices.Marshal.GetLastPInvokeError()));
                }
            }

            File.Move(beside, path, overwrite: true);
            return default(Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(beside);
            }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException)
            {
                // What could not be written can often not be removed either; the first failure is the one to tell.
            }

            return new Problem($"cannot write the file: {failure.Message}", path);
        }
    }
}
