namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>drift:</c>.</summary>
public static class DriftSection
{
    private static readonly ValueReader<DriftRhythm> Rhythm =
        Values.Word(("off", DriftRhythm.Off), ("hourly", DriftRhythm.Hourly), ("daily", DriftRhythm.Daily), ("weekly", DriftRhythm.Weekly));

    /// <summary>Reads it.</summary>
    public static DriftPolicy Read(YamlItem item, ProblemList problems)
    {
        Section section = Section.Open(item, "drift", problems, "every");
        return new DriftPolicy { Every = section.Read("every", new DriftPolicy().Every, Rhythm) };
    }
}
