using System.Text;

namespace Virtward.Guard.Filters.Regexes;

/// <summary>Finds a place of a decoded text in the bytes that it was decoded from.</summary>
public static class Utf8Offset
{
    /// <summary>The byte at which a character stands.</summary>
    /// <param name="text">The bytes: UTF-8, what is none decoded as U+FFFD as <see cref="Encoding.UTF8"/> does.</param>
    /// <param name="character">The character's index in the decoded text, or the text's length.</param>
    public static int Of(ReadOnlySpan<byte> text, int character)
    {
        int at = 0;
        for (int passed = 0; passed < character && at < text.Length;)
        {
            _ = Rune.DecodeFromUtf8(text[at..], out Rune rune, out int length);
            at += length;
            passed += rune.Utf16SequenceLength;
        }

        return at;
    }
}
