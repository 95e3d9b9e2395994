using System.Diagnostics;
using Xunit;

namespace Virtward.Host.Tests.Support;

/// <summary>Waits for what must come to be, with a limit that only a broken program reaches.</summary>
public static class Eventually
{
    public static async Task HoldsAsync(Func<bool> condition, string what, int seconds = 20)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(seconds), $"not within {seconds} s: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
