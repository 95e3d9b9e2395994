using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>The host's nftables, as one part of the seam. Implementations: libnftables in process, the <c>nft</c> command, an in-memory fake.</summary>
public interface IFirewall : IDisposable
{
    /// <summary>Runs nft commands (the language of nft(8)) as one transaction: all of it happens, or nothing.</summary>
    /// <param name="script">Commands, one a line. Built by us from checked values only.</param>
    Result<Done> Apply(string script);

    /// <summary>Reads every element of one set with its remaining time and counters; empty where the set or table is missing.</summary>
    /// <param name="table">The table of family inet.</param>
    /// <param name="set">The set.</param>
    Result<IReadOnlyList<FirewallElement>> ReadSet(string table, string set);

    /// <summary>The names of all tables as <c>family name</c>, such as <c>inet virtward</c>.</summary>
    Result<IReadOnlyList<string>> Tables();

    /// <summary>
    /// Waits until somebody, ourselves included, has changed any ruleset, or the time is up. Cheap: the kernel's own notification
    /// (NFNLGRP_NFTABLES), no polling.
    /// </summary>
    /// <returns>Whether there was a change.</returns>
    ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel);
}
