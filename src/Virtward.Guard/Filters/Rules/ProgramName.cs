using System.Text;

namespace Virtward.Guard.Filters.Rules;

/// <summary>A syslog tag that a filter listens to: exact, or what a tag starts with (<c>ovpn-*</c>).</summary>
public sealed class ProgramName
{
    private readonly byte[] _bytes;

    /// <summary>Reads a name as a filter file has it.</summary>
    public ProgramName(string text)
    {
        IsWildcard = text.EndsWith('*');
        _bytes = Encoding.UTF8.GetBytes(text.TrimEnd('*'));
    }

    /// <summary>Whether it stands for all tags that start with it.</summary>
    public bool IsWildcard { get; }

    /// <summary>The bytes of the tag, or of its start.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Whether a tag is meant.</summary>
    public bool Matches(ReadOnlySpan<byte> tag) => IsWildcard ? tag.StartsWith(_bytes) : tag.SequenceEqual(_bytes);
}
