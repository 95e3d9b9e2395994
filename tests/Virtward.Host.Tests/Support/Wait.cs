using System.Diagnostics;

namespace Virtward.Host.Tests.Support;

/// <summary>Waits where nothing can be awaited.</summary>
public static class Wait
{
    /// <summary>Waits for a condition, generously; whether it came true.</summary>
    public static bool For(Func<bool> condition, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds))
            {
                return false;
            }

            Thread.Sleep(1);
        }

        return true;
    }
}
