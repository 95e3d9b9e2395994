namespace Virtward.Core.Policy.Reading;

/// <summary>Reads how ban times grow: <c>true</c>, <c>false</c>, or a section with what differs from what is inherited.</summary>
public static class IncrementValues
{
    /// <summary>Reads the key <c>increment</c> of a section.</summary>
    /// <param name="section">The section.</param>
    /// <param name="inherited">What holds where the key is missing; null: no growth.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static IncrementPolicy? Read(Section section, IncrementPolicy? inherited, ProblemList problems)
    {
        switch (section.Find("increment"))
        {
            case null:
                return inherited;
            case YamlText { IsEmpty: false, Text: "false" }:
                return null;
            case YamlText { IsEmpty: false, Text: "true" }:
                return inherited ?? new IncrementPolicy();
            case YamlMap map:
                Section keys = Section.Open(map, "increment", problems, "factor", "cap", "jitter");
                IncrementPolicy start = inherited ?? new IncrementPolicy();
                return start with
                {
                    Factor = keys.Read("factor", start.Factor, Values.Number(1, 100)),
                    Cap = keys.Read("cap", start.Cap, DurationValues.Ban),
                    Jitter = keys.Read("jitter", start.Jitter, Values.Number(0, 1)),
                };
            case var other:
                problems.AddExpected(other, "true, false, or the keys factor, cap and jitter");
                return inherited;
        }
    }

    /// <summary>Tells of a ban time that is longer than the cap of its own growth.</summary>
    /// <param name="section">The section that both are in, or inherited by.</param>
    /// <param name="banTime">The ban time.</param>
    /// <param name="increment">Its growth, if any.</param>
    /// <param name="problems">Takes the mistake.</param>
    public static void CheckCap(Section section, TimeSpan banTime, IncrementPolicy? increment, ProblemList problems)
    {
        if (increment is not null && banTime > increment.Cap && (section.Find("bantime") ?? section.Find("increment")) is { } at)
        {
            problems.Add(at,
                $"bantime {DurationText.Format(banTime)} is longer than the cap of its increment, {DurationText.Format(increment.Cap)}",
                "raise increment.cap here, or write 'increment: false'");
        }
    }
}
