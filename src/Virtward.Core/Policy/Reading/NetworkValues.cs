using Virtward.Core.Net;

namespace Virtward.Core.Policy.Reading;

/// <summary>Readers of addresses, networks and interfaces.</summary>
public static class NetworkValues
{
    private const string Example = "an address or network such as 192.0.2.10, 198.51.100.0/24 or 2001:db8::/32";

    /// <summary>Reads an address or a network; never a name, which somebody else could point elsewhere.</summary>
    public static bool Network(YamlItem item, ProblemList problems, out Prefix value)
    {
        value = default;
        if (item is not YamlText { IsEmpty: false, Text: var text })
        {
            problems.AddExpected(item, Example);
            return false;
        }

        if (!Prefix.TryParseLenient(text, out value, out bool hostBits))
        {
            bool isName = text.Any(char.IsAsciiLetter) && !text.Contains(':', StringComparison.Ordinal);
            problems.AddExpected(item, Example, isName ? "names are never resolved: write the address" : null);
            return false;
        }

        if (hostBits)
        {
            string address = text[..text.IndexOf('/', StringComparison.Ordinal)];
            problems.Add(item, $"{ProblemList.Quote(text)} has bits set past its length",
                $"write {value} for the network, or {address} for the one address");
            return false;
        }

        return true;
    }

    /// <summary>Reads a network to spare or trust: not the whole of IPv4 or IPv6, which would switch the guard off in silence.</summary>
    public static bool TrustedNetwork(YamlItem item, ProblemList problems, out Prefix value)
    {
        if (!Network(item, problems, out value))
        {
            return false;
        }

        if (value.Length > 0)
        {
            return true;
        }

        problems.Add(item, $"{value} is everybody: nobody could ever be banned", "name the networks that are yours");
        return false;
    }

    /// <summary>Reads one address that a program of the host can listen on.</summary>
    public static bool ListenAddress(YamlItem item, ProblemList problems, out Address value)
    {
        value = default;
        if (item is not YamlText { IsEmpty: false, Text: var text } || !Address.TryParse(text, out value))
        {
            bool isName = item is YamlText { IsPlain: true, Text: var name } && name.Any(char.IsAsciiLetter) && !name.Contains(':', StringComparison.Ordinal);
            problems.AddExpected(item, "an address such as 192.168.1.5 or 2001:db8::5", isName ? "names are never resolved: write the address" : null);
            return false;
        }

        if (value.Value == 0 || (value.IsV4 && value.V4 == 0))
        {
            problems.Add(item, $"{value} is every address", "leave the list empty for that");
            return false;
        }

        if ((value.IsV4 && value.V4 >> 28 >= 0xe) || (!value.IsV4 && value.High >> 56 == 0xff))
        {
            // RFC 1112 and RFC 6890 (224.0.0.0/3 with what is reserved), RFC 4291 section 2.7.
            problems.Add(item, $"nobody can listen on {value}: no host has it", "write an address of this host");
            return false;
        }

        return true;
    }

    /// <summary>
    /// Reads an interface name as the kernel allows it (dev_valid_name in net/core/dev.c: 1 to 15 bytes, no '/', ':' or white space),
    /// or the start of one with a trailing <c>*</c>.
    /// </summary>
    public static bool Interface(YamlItem item, ProblemList problems, out string value)
    {
        value = item is YamlText { IsEmpty: false } text ? text.Text : "";
        string fixedPart = value.EndsWith('*') ? value[..^1] : value;
        if (fixedPart.Length is > 0 and <= 15 && fixedPart is not ("." or "..")
            && fixedPart.All(letter => letter is > ' ' and < '\x7f' and not ('/' or ':' or '*' or '"' or '\\')))
        {
            return true;
        }

        problems.AddExpected(item, "an interface such as eth1 or vnet*");
        return false;
    }
}
