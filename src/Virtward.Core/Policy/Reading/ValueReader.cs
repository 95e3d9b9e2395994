using System.Diagnostics.CodeAnalysis;

namespace Virtward.Core.Policy.Reading;

/// <summary>Makes a value of one kind out of an item, or says why not.</summary>
/// <typeparam name="T">The kind of value.</typeparam>
/// <param name="item">The item.</param>
/// <param name="problems">Takes what is wrong with it.</param>
/// <param name="value">The value.</param>
/// <returns>Whether there is a value; if not, there is a problem more.</returns>
public delegate bool ValueReader<T>(YamlItem item, ProblemList problems, [MaybeNullWhen(false)] out T value);
