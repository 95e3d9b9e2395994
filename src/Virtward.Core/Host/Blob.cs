using System.Text.Json.Serialization;

namespace Virtward.Core.Host;

/// <summary>Bytes as a value: two are equal where they hold the same. In JSON: base64.</summary>
[JsonConverter(typeof(BlobJson))]
public readonly struct Blob : IEquatable<Blob>
{
    private readonly byte[]? _bytes;

    /// <summary>Copies bytes.</summary>
    public Blob(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>How many.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>A text as UTF-8.</summary>
    public static Blob FromText(string text) => new(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>As UTF-8 text.</summary>
    public string ToText() => System.Text.Encoding.UTF8.GetString(Span);

    /// <inheritdoc/>
    public bool Equals(Blob other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Blob other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Whether they hold the same.</summary>
    public static bool operator ==(Blob left, Blob right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(Blob left, Blob right) => !left.Equals(right);
}
