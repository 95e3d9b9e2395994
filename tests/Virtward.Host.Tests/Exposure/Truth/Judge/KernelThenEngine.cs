using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Scene;
using Xunit;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>One case before both: the kernel is asked first, so that a case tests what it says.</summary>
internal static class KernelThenEngine
{
    /// <summary>That of each probe the same packets arrive, in the kernel and in the engine.</summary>
    /// <param name="rules">The ruleset, as nft reads it.</param>
    /// <param name="probes">The probes, one after the other in one life of a host.</param>
    /// <param name="arrive">Of each probe which packets arrive, by their numbers.</param>
    /// <param name="layout">How the host stands; null: plainly.</param>
    public static void Agree(string rules, Packet[] probes, string[] arrive, Layout? layout = null)
    {
        using var scene = new TruthScene(layout ?? Layout.Plain);
        Assert.Null(scene.Load(rules));
        string listing = scene.Listing();
        Assert.Equal(arrive, new Prober(scene) { Slow = listing.Contains("ct count", StringComparison.Ordinal) }.Run(probes).Select(static seen => string.Join(' ', seen.AcceptedIndex)));
        TracedEngine engine = TracedEngine.Of(listing, SceneFacts.Read(scene.Host) with { Sockets = scene.Quiet.Sockets });
        Assert.Equal(arrive, probes.Select(engine.Trace).Select(static said => said is { Verdict: Outcome.Accept, AcceptedIndex.IsDefaultOrEmpty: true } ? "0" : string.Join(' ', said.AcceptedIndex)));
    }

    /// <summary>A first packet of a TCP connection.</summary>
    public static Packet Of(string iif, string from, string to, int port) => new()
    {
        Iif = iif, Source = Address.Parse(from), Destination = Address.Parse(to), Protocol = 6, SourcePort = 20_000, DestinationPort = port, TcpFlags = 2,
    };
}
