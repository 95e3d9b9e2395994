namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>guard.siege</c>.</summary>
public static class SiegeSection
{
    /// <summary>Reads the section; missing or <c>true</c> is the standard, <c>false</c> that no siege is watched for.</summary>
    public static SiegePolicy Read(YamlItem? item, ProblemList problems)
    {
        var standard = new SiegePolicy();
        if (item is null or YamlText { Text: "true" })
        {
            return standard;
        }

        if (item is YamlText { Text: "false" })
        {
            return standard with { Enabled = false };
        }

        Section section = Section.Open(item, "siege", problems,
            "enabled", "window", "min-sources", "factor", "account-sources", "maxretry");
        return new SiegePolicy
        {
            Enabled = section.Read("enabled", true, Values.Flag),
            Window = section.Read("window", standard.Window, DurationValues.Window),
            MinSources = section.Read("min-sources", standard.MinSources, Values.Whole(2, 1_000_000)),
            Factor = section.Read("factor", standard.Factor, Values.Number(1, 1000)),
            AccountSources = section.Read("account-sources", standard.AccountSources, Values.Whole(2, 1_000_000)),
            MaxRetry = section.Read("maxretry", standard.MaxRetry, Values.Whole(1, 1000)),
        };
    }
}
