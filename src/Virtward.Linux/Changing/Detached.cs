using Microsoft.Win32.SafeHandles;

namespace Virtward.Linux.Changing;

/// <summary>For a program that outlives who started it.</summary>
public static class Detached
{
    private const int ReadWrite = 2;

    /// <summary>Lets go of the standard streams, so that whoever reads them sees their end.</summary>
    public static void LetGo()
    {
        using SafeFileHandle nowhere = ChangeCalls.Open("/dev/null", ReadWrite, 0);
        if (!nowhere.IsInvalid)
        {
            for (int stream = 0; stream <= 2; stream++)
            {
                _ = ChangeCalls.Duplicate((int)nowhere.DangerousGetHandle(), stream);
            }
        }
    }
}
