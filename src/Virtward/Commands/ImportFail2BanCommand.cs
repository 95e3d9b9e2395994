using System.CommandLine;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Import;
using Virtward.Linux;

namespace Virtward.Commands;

/// <summary><c>virtward guard import fail2ban</c>: a policy that does what fail2ban is set up to do.</summary>
public static class ImportFail2BanCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<string> root = new("--root")
        {
            Description = "Read the set-up below another root.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "/",
        };
        Option<bool> json = CommandOptions.Json();
        var command = new Command(
            "fail2ban",
            "Reads /etc/fail2ban and prints the policy that does the same; what cannot be taken over is told on stderr, line by line.")
        {
            root, json,
        };
        command.SetAction(parsed =>
        {
            string below = Path.GetFullPath(parsed.GetValue(root)!);
            Result<ImportResult> read = Fail2BanImport.Read(new HostTextFiles(below));
            if (!read.TryGet(out ImportResult? import, out Problem? problem))
            {
                return host.Fail(problem with { On = below == "/" ? problem.On : below + problem.On });
            }

            if (parsed.GetValue(json))
            {
                WriteJson(host.OutBytes, import);
                return ExitCode.Ok;
            }

            host.Out.Write(import.Policy);
            foreach (ImportNote note in ImportNote.Together(import.Notes))
            {
                host.Error.WriteLine(note);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static void WriteJson(Stream to, ImportResult import)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            writer.WriteStartObject();
            writer.WriteString("policy", import.Policy);
            writer.WriteStartArray("jails");
            foreach (ImportedJail jail in import.Jails)
            {
                writer.WriteStringValue(jail.Name);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("notes");
            foreach (ImportNote note in import.Notes)
            {
                writer.WriteStartObject();
                writer.WriteString("file", note.File);
                writer.WriteNumber("line", note.Line);
                writer.WriteString("jail", note.Jail);
                writer.WriteString("text", note.Text);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }
}
