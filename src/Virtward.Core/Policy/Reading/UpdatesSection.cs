using System.Globalization;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>updates:</c>.</summary>
public static class UpdatesSection
{
    /// <summary>Reads it.</summary>
    public static UpdatesPolicy Read(YamlItem item, ProblemList problems)
    {
        Section section = Section.Open(item, "updates", problems, "automatic", "reboot-at");
        var standard = new UpdatesPolicy();
        UpdatesPolicy updates = new()
        {
            Automatic = section.Read("automatic", standard.Automatic, Values.Flag),
            RebootAt = section.Read("reboot-at", standard.RebootAt, Time),
        };
        if (updates is { Automatic: false, RebootAt: not null })
        {
            problems.Add(section.Find("reboot-at")!, "nothing restarts the host for updates that do not install themselves", "write 'automatic: true', or leave reboot-at out");
        }

        return updates;
    }

    private static bool Time(YamlItem item, ProblemList problems, out TimeOnly? value)
    {
        if (item is YamlText { Text: "false" })
        {
            value = null;
            return true;
        }

        bool isTime = TimeOnly.TryParseExact(item is YamlText text ? text.Text : "", "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time);
        value = isTime ? time : null;
        if (!isTime)
        {
            problems.AddExpected(item, "a time of the day such as \"03:30\", or false for never");
        }

        return isTime;
    }
}
