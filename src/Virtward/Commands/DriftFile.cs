using System.Text;
using Virtward.Core.Results;
using Virtward.Hardening.Drift;
using Virtward.Linux;
using Virtward.Linux.Files;

namespace Virtward.Commands;

/// <summary>Where the state folder keeps what the last look for drift found.</summary>
public static class DriftFile
{
    private const int MaxBytes = 256 * 1024;

    /// <summary>What it found; null: nobody has looked, or what is there cannot be read.</summary>
    /// <param name="state">The state folder.</param>
    public static DriftRecord? Read(string state)
    {
        string path = PathIn(state);
        var files = new HostTextFiles();
        return files.Exists(path) && files.ReadText(path, MaxBytes).TryGet(out string? text, out Problem? _) && DriftText.Read(text, path).TryGet(out DriftRecord? record, out _)
            ? record
            : null;
    }

    /// <summary>Keeps it, readable by root only.</summary>
    public static Result<Done> Write(string state, DriftRecord record) => HostOutputFiles.Replace(PathIn(state), Encoding.UTF8.GetBytes(DriftText.Write(record)));

    private static string PathIn(string state) => Path.Combine(Path.GetFullPath(state), DriftRecord.FileName);
}
