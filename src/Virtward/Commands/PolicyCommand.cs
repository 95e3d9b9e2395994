using System.CommandLine;

namespace Virtward.Commands;

/// <summary><c>virtward policy</c>: the policy's text, looked at without doing anything.</summary>
public static class PolicyCommand
{
    private const string Schema = "policy.schema.json";

    /// <summary>The command with what is below it.</summary>
    public static Command Create(CommandHost host)
    {
        var schema = new Command("schema", "Prints the JSON schema of a policy, for editors that complete and check while one writes.");
        schema.SetAction(_ =>
        {
            using Stream text = typeof(PolicyCommand).Assembly.GetManifestResourceStream(Schema) ?? throw new InvalidOperationException($"{Schema} is not in the program");
            text.CopyTo(host.OutBytes);
            return ExitCode.Ok;
        });
        return new Command("policy", "The policy's text: is it without mistakes, and what may be written in it.") { PolicyCheckCommand.Create(host), schema };
    }
}
