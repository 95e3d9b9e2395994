using Virtward.Core.Results;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>A store that is open, what it held, and what the administrator must be told about how it came to be.</summary>
/// <param name="Store">The store, the caller's to dispose of.</param>
/// <param name="State">What it held, as <see cref="IGuardStore.Load"/> gives it; large, so not to be kept for longer than a start takes.</param>
/// <param name="Warning">That a damaged database was moved aside, and where to; null where all is well.</param>
public sealed record OpenedStore(IGuardStore Store, StoredState State, Problem? Warning);
