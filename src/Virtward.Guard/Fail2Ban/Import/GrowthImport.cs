using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Guard.Fail2Ban.Config;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>Turns <c>bantime.increment</c> and its kin into how our bans grow.</summary>
public static class GrowthImport
{
    /// <summary>Reads the growth; null where bans do not grow.</summary>
    /// <param name="jail">The jail's options.</param>
    /// <param name="banTime">The first ban.</param>
    /// <param name="longest">The longest that a policy takes.</param>
    public static IncrementPolicy? Read(JailOptions jail, TimeSpan banTime, TimeSpan longest)
    {
        if (!jail.Flag("bantime.increment"))
        {
            return null;
        }

        // fail2ban's own rule doubles with every ban.
        double factor = 2;
        TimeSpan? cap = null;
        string multipliers = jail.Text("bantime.multipliers");
        if (multipliers.Length > 0)
        {
            double[] steps = [.. multipliers.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(step => double.TryParse(step, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : 0)];
            if (steps.Length > 1 && steps[0] > 0 && steps[^1] >= steps[0])
            {
                factor = Math.Clamp(Math.Round(Math.Pow(steps[^1] / steps[0], 1.0 / (steps.Length - 1)), 2), 1, 100);
                cap = TimeSpan.FromSeconds(Math.Min(banTime.TotalSeconds * steps[^1], longest.TotalSeconds));
                bool even = Enumerable.Range(1, steps.Length - 1).All(n => Math.Abs((steps[n] / steps[n - 1]) - factor) < 0.01);
                jail.Note("bantime.multipliers", string.Create(
                    CultureInfo.InvariantCulture,
                    $"'bantime.multipliers = {multipliers}' becomes the factor {factor:0.##} up to the last step{(even ? "" : ", which comes near it")}"));
            }
            else
            {
                jail.Note("bantime.multipliers", $"'bantime.multipliers = {multipliers}' is not taken over: each ban lasts twice as long as the one before");
            }
        }
        else if (jail.Text("bantime.formula").Length > 0)
        {
            jail.Note("bantime.formula", "'bantime.formula' is a Python expression and not taken over: each ban lasts twice as long as the one before");
        }

        if (jail.Text("bantime.factor") is { Length: > 0 } once and not "1")
        {
            jail.Note("bantime.factor", $"'bantime.factor = {once}' is not taken over: give the growth in increment.factor");
        }

        if (jail.Flag("bantime.overalljails"))
        {
            jail.Note("bantime.overalljails", "'bantime.overalljails' is not taken over: use a recidive jail, which counts the bans of all jails");
        }

        if (jail.Text("bantime.maxtime").Length > 0)
        {
            cap = jail.Duration("bantime.maxtime", new IncrementPolicy().Cap, longest);
        }

        cap ??= new IncrementPolicy().Cap;
        return new IncrementPolicy { Factor = factor, Cap = cap.Value < banTime ? banTime : cap.Value, Jitter = Jitter(jail, banTime) };
    }

    private static double Jitter(JailOptions jail, TimeSpan banTime)
    {
        string text = jail.Text("bantime.rndtime");
        if (text.Length == 0 || !Durations.TryParse(text, out double seconds))
        {
            return 0;
        }

        double share = Math.Clamp(Math.Round(seconds / banTime.TotalSeconds, 2), 0, 1);
        jail.Note("bantime.rndtime", string.Create(CultureInfo.InvariantCulture, $"'bantime.rndtime = {text}' becomes a share of the ban time: {share:0.##}"));
        return share;
    }
}
