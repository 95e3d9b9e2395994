using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Results;
using Virtward.Guard.Filters;
using Virtward.Linux;

namespace Virtward.Commands;

/// <summary><c>virtward policy check</c>: every mistake of a policy at once, with its line and column.</summary>
public static class PolicyCheckCommand
{
    private const int MaxBytes = YamlTree.MaxLength;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string?> file = new("FILE")
        {
            Description = $"The policy; {PolicyFile.Default} if not given.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = CommandOptions.Json();
        var command = new Command("check", "Tells every mistake of a policy at once, with its line and column. Exit code 1 where there is one.") { file, json };
        command.SetAction(parsed => Run(host, parsed.GetValue(file) ?? PolicyFile.Default, parsed.GetValue(json)));
        return command;
    }

    private static int Run(CommandHost host, string path, bool json)
    {
        if (!new HostTextFiles().ReadText(Path.GetFullPath(path), MaxBytes).TryGet(out string? text, out Problem? problem))
        {
            return host.Fail(problem);
        }

        PolicyReading reading = PolicyReader.Read(text, path, FilterLibrary.Names);
        if (json)
        {
            WriteJson(host.OutBytes, path, reading);
        }
        else if (reading.Policy is { } policy)
        {
            host.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: no mistakes; {Count(policy.Zones.Length, "zone")}, {Count(policy.Services.Length, "service")}, {Count(policy.Guard.Jails.Length, "jail")}, profile {policy.Audit.Profile}"));
        }
        else
        {
            // What was asked for is the list of mistakes: it is the answer, and goes where answers go.
            foreach (Problem mistake in reading.Problems)
            {
                host.Out.WriteLine(mistake);
            }
        }

        return reading.IsOk ? ExitCode.Ok : ExitCode.No;
    }

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static void WriteJson(Stream to, string path, PolicyReading reading)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            writer.WriteStartObject();
            writer.WriteString("policy", path);
            writer.WriteBoolean("good", reading.IsOk);
            writer.WriteStartArray("mistakes");
            foreach (Problem mistake in reading.Problems)
            {
                writer.WriteStartObject();
                writer.WriteNumber("line", mistake.Line);
                writer.WriteNumber("column", mistake.Column);
                writer.WriteString("what", mistake.What);
                if (mistake.Hint is not null)
                {
                    writer.WriteString("hint", mistake.Hint);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }
}
