using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>
/// The host's nftables, as one part of the seam. Structure (tables, chains, sets, rules) is changed in nft's own language; the elements
/// of sets, of which there may be a hundred thousand, as values.
/// </summary>
public interface IFirewall : IDisposable
{
    /// <summary>Runs nft commands (the language of nft(8)) as one transaction: all of it happens, or nothing.</summary>
    /// <param name="script">Commands, one a line. Built by us from checked values only.</param>
    Result<Done> Apply(string script);

    /// <summary>
    /// Changes elements of sets whose keys are addresses, as one transaction; very large batches are split into several. On failure
    /// the part that was refused has changed nothing.
    /// </summary>
    /// <param name="table">The table of family inet.</param>
    /// <param name="changes">The changes, at most one for a key of a set.</param>
    Result<Done> ApplyElements(string table, IReadOnlyList<ElementChange> changes);

    /// <summary>Reads how a table of family inet is made; <see cref="FirewallTable.Absent"/> where there is none.</summary>
    Result<FirewallTable> ReadTable(string table);

    /// <summary>
    /// Reads the elements of one set with their remaining time and count, as they come: a large set never lies in memory as a whole, and
    /// changes go on meanwhile; an element that changes during the reading may be missed or come twice. None where the set or table is
    /// missing.
    /// </summary>
    /// <param name="table">The table of family inet.</param>
    /// <param name="set">A hash set whose keys are addresses.</param>
    /// <param name="take">Takes each element; it may change elements, and must not read a set.</param>
    Result<Done> ReadSet(string table, string set, Action<FirewallElement> take);

    /// <summary>Reads one element without listing the others; null where it, the set or the table is missing.</summary>
    Result<FirewallElement?> ReadElement(string table, string set, Address key);

    /// <summary>Reads a named counter; null where it or the table is missing.</summary>
    Result<PacketCount?> ReadCounter(string table, string counter);

    /// <summary>The names of all tables as <c>family name</c>, such as <c>inet virtward</c>.</summary>
    Result<IReadOnlyList<string>> Tables();

    /// <summary>
    /// Waits until somebody has changed any ruleset, or the time is up. Cheap: the kernel's own notification (NFNLGRP_NFTABLES), no
    /// polling. Changes by <see cref="ApplyElements"/> of this object are left out; a change in doubt is reported,
    /// so a very great many at once may count as one.
    /// </summary>
    /// <returns>Whether there was a change.</returns>
    ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel);
}
