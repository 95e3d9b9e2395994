namespace Virtward.Core.Policy.Reading;

/// <summary>A piece of a YAML text that knows its place.</summary>
/// <param name="Line">The line where it starts, from 1.</param>
/// <param name="Column">The column where it starts, from 1.</param>
public abstract record YamlItem(int Line, int Column)
{
    /// <summary>Whether nothing is written: an empty value, <c>~</c> or <c>null</c>. A section or list like that is an empty one.</summary>
    public virtual bool IsEmpty => false;

    /// <summary>What it is, for "expected …, found …".</summary>
    public abstract string Describe();
}
