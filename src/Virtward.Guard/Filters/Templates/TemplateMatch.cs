using Virtward.Core.Net;

namespace Virtward.Guard.Filters.Templates;

/// <summary>What a template found in a text; the spans lie in the text.</summary>
public ref struct TemplateMatch
{
    private Address _address;

    /// <summary>The address of <c>{ip}</c>.</summary>
    public Address Address
    {
        readonly get => _address;
        set => _address = value;
    }

    /// <summary>Whether the template has an <c>{ip}</c>.</summary>
    public bool HasAddress { get; set; }

    /// <summary>The text of <c>{user}</c>; empty where there is none.</summary>
    public ReadOnlySpan<byte> User { get; set; }

    /// <summary>The text of <c>{time}</c>; empty where there is none.</summary>
    public ReadOnlySpan<byte> Time { get; set; }

    /// <summary>The number of <c>{count}</c>; 1 where there is none.</summary>
    public int Count { get; set; }

    /// <summary>As before anything was held against a text. Field by field: a copy of a whole match would go through a call.</summary>
    public void Clear()
    {
        HasAddress = false;
        User = default;
        Time = default;
        Count = 1;
    }

    /// <summary>Reads the address of <c>{ip}</c>, into its place: a copy of what was written in halves a moment ago would wait for them.</summary>
    public bool TryReadAddress(ReadOnlySpan<byte> text) => HasAddress = Address.TryParse(text, out _address);
}
