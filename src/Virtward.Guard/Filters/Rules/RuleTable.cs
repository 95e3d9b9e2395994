using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
        for (int bucket = 0; bucket < Buckets; bucket++)
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
        ulong start = TextWord.Start(message);
        ulong end = TextWord.End(message);
        foreach (ref readonly Candidate candidate in candidates.AsSpan())
        {
            if (candidate.MayMatch(start, end) && candidate.TryMatch(message, ref match, report))
            {
                return candidate.Rule;
            }
        }

        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BucketOf(ReadOnlySpan<byte> text) => (int)((BinaryPrimitives.ReadUInt32LittleEndian(text) * 2_654_435_761u) >> 24);

    private readonly struct Candidate
    {
        private readonly ulong _start;
        private readonly ulong _startMask;
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
            _start = TextWord.Start(Prefix);
            _startMask = TextWord.StartMask(Prefix.Length);
            _end = TextWord.End(suffix);
            _endMask = TextWord.EndMask(suffix.Length);
        }

        public Rule Rule { get; }

        public byte[] Prefix { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MayMatch(ulong start, ulong end) => (start & _startMask) == _start && (end & _endMask) == _end;

        public bool TryMatch(ReadOnlySpan<byte> message, ref TemplateMatch match, Action<Problem>? report)
        {
            match = new TemplateMatch { Count = 1 };
            return _template?.TryMatch(message, ref match) ?? _regex!.TryMatch(message, ref match, report);
        }
    }
}
