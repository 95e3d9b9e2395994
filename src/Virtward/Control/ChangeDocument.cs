namespace Virtward.Control;

/// <summary>What a request changed.</summary>
/// <param name="Changed">Whether anything did; false where there was nothing to do, such as nothing to unban.</param>
/// <param name="Message">What happened, a sentence.</param>
/// <param name="Targets">The addresses and prefixes that it was about.</param>
public sealed record ChangeDocument(bool Changed, string Message, IReadOnlyList<string> Targets);
