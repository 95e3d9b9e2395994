using Virtward.Core.Results;

namespace Virtward.Linux.Files;

/// <summary>Files that a command writes because a person named them: a picture, a report. Whole or not at all.</summary>
public static class HostOutputFiles
{
    /// <summary>Writes a file: beside it first, then renamed over it, so that nobody ever reads half of it.</summary>
    /// <param name="path">The absolute path; a file that is there is replaced.</param>
    /// <param name="content">Its content.</param>
    public static Result<Done> Write(string path, ReadOnlySpan<byte> content)
    {
        string beside = $"{path}.{Environment.ProcessId}.new";
        try
        {
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
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
