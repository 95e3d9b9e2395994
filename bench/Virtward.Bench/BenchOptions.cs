using System.Globalization;

namespace Virtward.Bench;

/// <summary>What the command line of a bench says.</summary>
internal sealed record BenchOptions
{
    /// <summary>How many lines the generated log has.</summary>
    public long Lines { get; init; } = 1_000_000;

    /// <summary>How many runs a median is made of.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>How long <c>soak</c> takes.</summary>
    public int Minutes { get; init; } = 10;

    /// <summary>The generator's seed.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The share of lines that are attacks, 0 to 1.</summary>
    public double Attacks { get; init; } = 0.3;

    /// <summary>The stamps: classic, iso, rfc5424, epoch or mixed.</summary>
    public string Stamps { get; init; } = "classic";

    /// <summary>Of the programs of a contest, the first and those whose name contains this; empty: all.</summary>
    public string Only { get; init; } = "";

    /// <summary>Where logs and state directories are made.</summary>
    public string Work { get; init; } = Path.Combine(Path.GetTempPath(), "virtward-bench");

    /// <summary>Where <c>generate</c> writes; "-" is stdout.</summary>
    public string Out { get; init; } = "-";

    /// <summary>Where <c>generate</c> writes each attacker and its attempts; null for nowhere.</summary>
    public string? Truth { get; init; }

    /// <summary>The program that is measured.</summary>
    public string Virtward { get; init; } = "virtward";

    /// <summary>Reads <c>--name value</c> pairs; null, with a word on stderr, where one is unknown or no number.</summary>
    public static BenchOptions? Read(ReadOnlySpan<string> arguments)
    {
        var options = new BenchOptions();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            BenchOptions? next = arguments[i] switch
            {
                "--lines" when long.TryParse(value, CultureInfo.InvariantCulture, out long lines) && lines > 0 => options with { Lines = lines },
                "--runs" when int.TryParse(value, CultureInfo.InvariantCulture, out int runs) && runs > 0 => options with { Runs = runs },
                "--minutes" when int.TryParse(value, CultureInfo.InvariantCulture, out int minutes) && minutes > 0 => options with { Minutes = minutes },
                "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out int seed) => options with { Seed = seed },
                "--attacks" when double.TryParse(value, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1 =>
                    options with { Attacks = share },
                "--stamps" when value is "classic" or "iso" or "rfc5424" or "epoch" or "mixed" => options with { Stamps = value },
                "--only" => options with { Only = value },
                "--work" when value.Length > 0 => options with { Work = value },
                "--out" when value.Length > 0 => options with { Out = value },
                "--truth" when value.Length > 0 => options with { Truth = value },
                "--virtward" when value.Length > 0 => options with { Virtward = value },
                _ => null,
            };
            if (next is null)
            {
                Console.Error.WriteLine($"bench: cannot use '{arguments[i]} {value}' (see bench/README.md)");
                return null;
            }

            options = next;
        }

        return options;
    }
}
