namespace Virtward.Hardening.Inventory.Package;

/// <summary>Compares the versions of kernels.</summary>
public static class KernelVersion
{
    /// <summary>Part by part: numbers by their value, the rest as text; a pre-release (<c>~rc1</c>) comes before its release.</summary>
    public static int Compare(string left, string right)
    {
        int l = 0, r = 0;
        while (l < left.Length && r < right.Length)
        {
            if (char.IsAsciiDigit(left[l]) && char.IsAsciiDigit(right[r]))
            {
                ReadOnlySpan<char> one = Digits(left, ref l), other = Digits(right, ref r);
                int difference = one.Length != other.Length ? one.Length - other.Length : one.SequenceCompareTo(other);
                if (difference != 0)
                {
                    return difference;
                }
            }
            else
            {
                int difference = Order(left[l++]) - Order(right[r++]);
                if (difference != 0)
                {
                    return difference;
                }
            }
        }

        return l < left.Length ? (left[l] == '~' ? -1 : 1) : r < right.Length ? (right[r] == '~' ? 1 : -1) : 0;
    }

    private static int Order(char c) => c == '~' ? -1 : c;

    // Without leading zeros, so that the longer one is the larger.
    private static ReadOnlySpan<char> Digits(string text, ref int at)
    {
        while (at < text.Length && text[at] == '0')
        {
            at++;
        }

        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text.AsSpan(start, at - start);
    }
}
