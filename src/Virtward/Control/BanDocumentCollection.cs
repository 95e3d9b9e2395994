using System.Collections;

namespace Virtward.Control;

/// <summary>The documents of many bans, each made when its turn comes: a hundred thousand of them are never in memory at once.</summary>
/// <param name="count">How many there are.</param>
/// <param name="documents">Makes them.</param>
public sealed class BanDocumentCollection(int count, IEnumerable<BanDocument> documents) : IReadOnlyCollection<BanDocument>
{
    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public IEnumerator<BanDocument> GetEnumerator() => documents.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
