using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Init;

namespace Virtward.Commands;

/// <summary>What <c>virtward init</c> asks a person on a terminal: only what the host cannot tell.</summary>
internal static class InitQuestions
{
    private const int MostTries = 5;

    /// <summary>Asks, and puts the answers into the wishes.</summary>
    /// <param name="host">The streams.</param>
    /// <param name="facts">The host that the policy is for.</param>
    /// <param name="askProfile">Whether the profile is open.</param>
    /// <param name="wishes">What was said on the command line, then also what was answered.</param>
    /// <returns>Whether all was answered; not so where the input ended.</returns>
    public static bool Ask(CommandHost host, HostFacts facts, bool askProfile, ref InitWishes wishes)
    {
        if (askProfile)
        {
            if (Answer(host, "What is this host for: isolated (nothing but a VPN answers the Internet), edge (it serves the Internet), or lab? [isolated] ",
                static text => text.Length == 0 ? Profile.Isolated : AuditWords.ProfileOf(text), "isolated, edge or lab") is not Profile profile)
            {
                return false;
            }

            wishes = wishes with { Profile = profile };
        }

        bool named = wishes.Zones.Any(static zone => zone.Name is Zone.Management or Zone.Vpn);
        if (named || facts.Zones([]).Zones.Any(static zone => zone.Name is Zone.Management or Zone.Vpn))
        {
            return true;
        }

        ZonePolicy? management = Answer(
            host, "No management network was found. From which interface and networks do you log in, such as eth0,192.168.1.0/24? Nothing: no such network. [] ", Management, "an interface, a comma, and networks");
        if (management is null)
        {
            return false;
        }

        wishes = management.Interfaces.IsEmpty && management.Sources.IsEmpty ? wishes : wishes with { Zones = wishes.Zones.Add(management) };
        return true;
    }

    private static ZonePolicy? Management(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ImmutableArray<Prefix>.Builder sources = ImmutableArray.CreateBuilder<Prefix>();
        ImmutableArray<string>.Builder interfaces = ImmutableArray.CreateBuilder<string>();
        foreach (string part in parts)
        {
            if (Prefix.TryParseLenient(part, out Prefix prefix, out bool hostBits) && !hostBits)
            {
                sources.Add(prefix);
            }
            else if (part.Contains('/', StringComparison.Ordinal))
            {
                return null;
            }
            else
            {
                interfaces.Add(part);
            }
        }

        return new ZonePolicy(Zone.Management, interfaces.ToImmutable(), sources.ToImmutable());
    }

    private static T? Answer<T>(CommandHost host, string question, Func<string, T?> read, string expected)
    {
        for (int tries = 0; tries < MostTries; tries++)
        {
            host.Error.Write(question);
            if (host.In.ReadLine() is not string line)
            {
                host.Error.WriteLine();
                break;
            }

            if (read(line.Trim()) is { } answer)
            {
                return answer;
            }

            host.Error.WriteLine($"that is not {expected}");
        }

        return default;
    }
}
