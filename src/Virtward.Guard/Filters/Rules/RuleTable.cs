using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Regexes;
using Virtward.Guard.Filters.Templates;

namespace Virtward.Guard.Filters.Rules;

/// <summary>
/// Finds the first rule, in the file's order, that matches a message. Candidates are looked up by the message's first four bytes; those
/// that do not begin with four bytes of their own stand in every bucket, and each bucket keeps the file's order, so the first that
/// matches in a bucket is the first that matches at all.
/// </summary>
public sealed class RuleTable
{
    private const int Buckets = 256;
    private const int KeyLength = 4;

    private readonly Candidate[] _all;
    private readonly Candidate[][] _buckets = new Candidate[Buckets][];

    /// <summary>Makes a table.</summary>
    /// <param name="candidates">Templates and regular expressions with their rules, in the file's order.</param>
    public RuleTable(IEnumerable<(Rule Rule, Template? Template, RegexMatcher? Regex)> candidates)
    {
        _all = [.. candidates.Select(c => new Candidate(c.Rule, c.Template, c.Regex))];

        // Most buckets hold only what stands in each: they share it.
        Array.Fill(_buckets, [.. _all.Where(c => c.Prefix.Length < KeyLength)]);
        foreach (int bucket in _all.Where(c => c.Prefix.Length >= KeyLength).Select(c => BucketOf(c.Prefix)).Distinct())
        {
            _buckets[bucket] = [.. _all.Where(c => c.Prefix.Length < KeyLength || BucketOf(c.Prefix) == bucket)];
        }
    }

    /// <summary>Finds the rule of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="match">What it found; meaningless where there is none.</param>
    /// <param name="report">What is told when a regular expression is switched off.</param>
    /// <returns>The rule; null where none matches.</returns>
    public Rule? Find(ReadOnlySpan<byte> message, ref TemplateMatch match, Action<Problem>? report)
    {
        Candidate[] candidates = message.Length < KeyLength ? _all : _buckets[BucketOf(message)];
        Vector256<byte> start = StartOf(message);
        ulong end = TextWord.End(message);
        match.Clear();
        foreach (ref readonly Candidate candidate in candidates.AsSpan())
        {
            if (!candidate.MayMatch(start, end))
            {
                continue;
            }

            if (candidate.TryMatch(message, ref match, report))
            {
                return candidate.Rule;
            }

            match.Clear();
        }

        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BucketOf(ReadOnlySpan<byte> text) => (int)((BinaryPrimitives.ReadUInt32LittleEndian(text) * 2_654_435_761u) >> 24);

    /// <summary>The first 32 bytes; zeros after them where there are fewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> StartOf(ReadOnlySpan<byte> text) =>
        text.Length >= Vector256<byte>.Count ? Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text)) : Padded(text);

    private static Vector256<byte> Padded(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[Vector256<byte>.Count];
        text.CopyTo(bytes);
        return Vector256.Create<byte>(bytes);
    }

    // What a message begins and ends with, as far as one compare goes: that rules out nearly all of a bucket.
    private readonly struct Candidate
    {
        private readonly Vector256<byte> _start;
        private readonly Vector256<byte> _startMask;
        private readonly ulong _end;
        private readonly ulong _endMask;
        private readonly Template? _template;
        private readonly RegexMatcher? _regex;

        public Candidate(Rule rule, Template? template, RegexMatcher? regex)
        {
            Rule = rule;
            _template = template;
            _regex = regex;
            Prefix = template?.Prefix ?? [];
            byte[] suffix = template?.Suffix ?? [];
            _start = StartOf(Prefix);
            _startMask = Vector256.LessThan(Vector256<byte>.Indices, Vector256.Create((byte)Math.Min(Prefix.Length, Vector256<byte>.Count)));
            _end = TextWord.End(suffix);
            _endMask = TextWord.EndMask(suffix.Length);
        }

        public Rule Rule { get; }

        public byte[] Prefix { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MayMatch(Vector256<byte> start, ulong end) =>
            ((start ^ _start) & _startMask) == Vector256<byte>.Zero && (end & _endMask) == _end;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool TryMatch(ReadOnlySpan<byte> message, ref TemplateMatch match, Action<Problem>? report) =>
            _template is not null ? _template.TryMatch(message, ref match) : _regex!.TryMatch(message, ref match, report);
    }
}
