using System.Text;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>Decodes the texts of one group. The next is often the last one again (a connection, an account, a word): then nothing is made.</summary>
public sealed class TextMemory
{
    /// <summary>Longer texts are not kept: an attacker may write them.</summary>
    private const int Longest = 64;

    private readonly byte[] _bytes = new byte[Longest];
    private int _length;
    private string _text = "";

    /// <summary>A text.</summary>
    /// <param name="bytes">The text's bytes; what is no UTF-8 becomes U+FFFD.</param>
    public string Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.SequenceEqual(_bytes.AsSpan(0, _length)))
        {
            return _text;
        }

        string text = Encoding.UTF8.GetString(bytes);
        if (bytes.Length <= Longest)
        {
            bytes.CopyTo(_bytes);
            (_length, _text) = (bytes.Length, text);
        }

        return text;
    }
}
