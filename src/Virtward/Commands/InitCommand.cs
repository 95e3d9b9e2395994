using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Guard.Filters;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Init;
using Virtward.Hardening.Inventory;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Files;
using Virtward.Linux.Snapshots;

namespace Virtward.Commands;

/// <summary><c>virtward init</c>: writes a policy from what is found on a host.</summary>
public static class InitCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<Profile?> profile = new("--profile")
        {
            Description = "isolated, edge or lab: what the host is for; isolated if not given.",
            HelpName = "PROFILE",
            CustomParser = static result =>
            {
                Profile? word = AuditWords.ProfileOf(result.Tokens[0].Value);
                if (word is null)
                {
                    result.AddError($"'{result.Tokens[0].Value}' is no profile: it is isolated, edge or lab");
                }

                return word;
            },
        };
        Option<ZonePolicy[]> zones = new("--zone")
        {
            Description = "A zone by interfaces and networks: management=eth1,192.168.1.0/24. May be given several times; the others are guessed.",
            HelpName = "NAME=IFACE[,CIDR…]",
            CustomParser = static result => [.. result.Tokens.Select(token => Zone(token.Value, result)).OfType<ZonePolicy>()],
        };
        Option<int?> sshPort = CommandOptions.Number("--ssh-port", "N", "a port", 1, 65535, "The port that sshd is to listen on; if not given, as it is.");
        Option<bool> yes = new("--yes") { Description = "Ask nothing; take what is guessed." };
        Option<bool> force = new("--force") { Description = "Replace a policy that is there." };
        Option<bool> print = new("--print") { Description = "Print the policy instead of writing it." };
        Option<string?> policy = new("--policy") { Description = $"Where to write it; {PolicyFile.Default} if not given.", HelpName = "FILE" };
        Option<string?> snapshot = FactsSource.Option();
        Option<bool> json = CommandOptions.Json();
        var command = new Command("init", "Writes a policy from what is found on this host, with comments. Changes nothing else.") { profile, zones, sshPort, yes, force, print, policy, snapshot, json };
        command.SetAction(async (parsed, cancel) =>
        {
            // A snapshot is another host's: its policy is not to lie where this host's belongs, unless somebody says so.
            string? path = parsed.GetValue(print) || (parsed.GetValue(snapshot) is not null && parsed.GetValue(policy) is null) ? null : Path.GetFullPath(parsed.GetValue(policy) ?? PolicyFile.Default);
            if (path is not null && !parsed.GetValue(force) && new HostTextFiles().Exists(path))
            {
                return host.Fail(new Problem("there is a policy already", path, "--force replaces it, --print shows what would be written"));
            }

            var snapshots = new HostSnapshots(new ProcessCommands(), host.Clock);
            Snapshot gathered;
            if (parsed.GetValue(snapshot) is not string from)
            {
                gathered = await FactsSource.GatherAsync(host, snapshots, nftJson: false, AuditSources.All, cancel);
            }
            else if (!snapshots.Read(Path.GetFullPath(from)).TryGet(out gathered!, out Problem? problem))
            {
                return host.Fail(problem);
            }

            var facts = HostFacts.Read(gathered);
            var wishes = new InitWishes
            {
                Profile = parsed.GetValue(profile) ?? Profile.Isolated,
                Zones = [.. parsed.GetValue(zones) ?? []],
                SshPort = (ushort?)parsed.GetValue(sshPort),
            };
            bool asks = host.InIsTerminal && host.ErrorIsTerminal && path is not null && !parsed.GetValue(yes) && !parsed.GetValue(json);
            if (asks && !InitQuestions.Ask(host, facts, parsed.GetValue(profile) is null, ref wishes))
            {
                return host.Fail(new Problem("nothing was written: the questions were not answered", Hint: "--yes takes what is guessed"));
            }

            PolicyDraft draft = PolicyWriter.Write(facts, wishes, facts.Meta.Taken ?? host.Clock.GetUtcNow());
            PolicyReading reading = PolicyReader.Read(draft.Text, path ?? "policy", FilterLibrary.Names);
            if (!reading.IsOk)
            {
                return host.Fail(reading.Problems);
            }

            return Deliver(host, draft, path, parsed.GetValue(json));
        });
        return command;
    }

    private static int Deliver(CommandHost host, PolicyDraft draft, string? path, bool json)
    {
        byte[] content = Encoding.UTF8.GetBytes(draft.Text);
        if (path is not null)
        {
            Result<Done> written = HostOutputFiles.Replace(path, content);
            if (!written.IsOk)
            {
                return host.Fail(written.Problem);
            }
        }

        if (json)
        {
            WriteJson(host.OutBytes, draft, path);
        }
        else if (path is null)
        {
            host.OutBytes.Write(content);
        }
        else
        {
            host.Out.WriteLine($"{path}: written; look it over, then: virtward plan");
        }

        if (!json)
        {
            foreach (string note in draft.Notes)
            {
                host.Error.WriteLine($"note: {note}");
            }
        }

        return ExitCode.Ok;
    }

    private static void WriteJson(Stream to, PolicyDraft draft, string? path)
    {
        using (var writer = new Utf8JsonWriter(to))
        {
            writer.WriteStartObject();
            if (path is not null)
            {
                writer.WriteString("policy", path);
            }

            writer.WriteString("text", draft.Text);
            writer.WriteStartArray("notes");
            foreach (string note in draft.Notes)
            {
                writer.WriteStringValue(note);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        to.WriteByte((byte)'\n');
    }

    /// <summary>Reads <c>NAME=IFACE[,CIDR…]</c>: what has the form of a network is one, everything else an interface. null: it is neither, and that was said.</summary>
    internal static ZonePolicy? Zone(string text, SymbolResult result)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string[] parts = equals <= 0 ? [] : text[(equals + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0)
        {
            result.AddError($"'{text}' is no zone: write management=eth1,192.168.1.0/24");
            return null;
        }

        ImmutableArray<string>.Builder interfaces = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<Prefix>.Builder sources = ImmutableArray.CreateBuilder<Prefix>();
        foreach (string part in parts)
        {
            if (Prefix.TryParseLenient(part, out Prefix prefix, out bool hostBits))
            {
                if (hostBits)
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{part}' has bits set past its length: write {prefix}"));
                    return null;
                }

                sources.Add(prefix);
            }
            else
            {
                interfaces.Add(part);
            }
        }

        return new ZonePolicy(text[..equals], interfaces.ToImmutable(), sources.ToImmutable());
    }
}
