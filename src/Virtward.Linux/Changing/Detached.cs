using Microsoft.Win32.SafeHandles;

namespace Virtward.Linux.Changing;

/// <summary>For a program that outlives who started it.</summary>
public static class Detached
{
    private const int ReadWrite = 2;

    /// <summary>
    /// Lets go of the standard streams, so that whoever reads them sees their end; and of the duplicates that the framework's console has made of them.
    /// </summary>
    public static void LetGo()
    {
        const string own = "/proc/self/fd";
        using SafeFileHandle nowhere = ChangeCalls.Open("/dev/null", ReadWrite, 0);
        if (nowhere.IsInvalid)
        {
            return;
        }

        HashSet<string?> streams = [Target($"{own}/0"), Target($"{own}/1"), Target($"{own}/2")];
        foreach (string descriptor in Directory.GetFileSystemEntries(own))
        {
            if (Target(descriptor) is { } target && streams.Contains(target) && int.TryParse(Path.GetFileName(descriptor), out int number)
                && number != (int)nowhere.DangerousGetHandle())
            {
                _ = ChangeCalls.Duplicate((int)nowhere.DangerousGetHandle(), number);
            }
        }
    }

    private static string? Target(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (IOException)
        {
            // The one that listed the directory is gone by now.
            return null;
        }
    }
}
