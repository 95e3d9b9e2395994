using System.Collections.Frozen;
using System.Globalization;

namespace Virtward.Exposure.Facts.Network;

/// <summary>The words that iproute2 prints for the kernel's link types, ARPHRD_… of linux/if_arp.h.</summary>
internal static class LinkTypes
{
    private static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["netrom"] = 0, ["ether"] = 1, ["eether"] = 2, ["ax25"] = 3, ["pronet"] = 4, ["chaos"] = 5, ["ieee802"] = 6, ["arcnet"] = 7,
        ["atalk"] = 8, ["dlci"] = 15, ["atm"] = 19, ["metricom"] = 23, ["ieee1394"] = 24, ["eui64"] = 27, ["infiniband"] = 32,
        ["slip"] = 256, ["cslip"] = 257, ["slip6"] = 258, ["cslip6"] = 259, ["rsrvd"] = 260, ["adapt"] = 264, ["rose"] = 270, ["x25"] = 271,
        ["hwx25"] = 272, ["can"] = 280, ["mctp"] = 290, ["ppp"] = 512, ["hdlc"] = 513, ["lapb"] = 516, ["ddcmp"] = 517, ["rawhdlc"] = 518,
        ["rawip"] = 519, ["ipip"] = 768, ["tunnel6"] = 769, ["frad"] = 770, ["skip"] = 771, ["loopback"] = 772, ["ltalk"] = 773,
        ["fddi"] = 774, ["bif"] = 775, ["sit"] = 776, ["ip/ddp"] = 777, ["gre"] = 778, ["pimreg"] = 779, ["hippi"] = 780, ["ash"] = 781,
        ["econet"] = 782, ["irda"] = 783, ["fcpp"] = 784, ["fcal"] = 785, ["fcpl"] = 786, ["fcfb0"] = 787, ["fcfb1"] = 788, ["fcfb2"] = 789,
        ["fcfb3"] = 790, ["fcfb4"] = 791, ["fcfb5"] = 792, ["fcfb6"] = 793, ["fcfb7"] = 794, ["fcfb8"] = 795, ["fcfb9"] = 796,
        ["fcfb10"] = 797, ["fcfb11"] = 798, ["fcfb12"] = 799, ["tr"] = 800, ["ieee802.11"] = 801, ["ieee802.11/prism"] = 802,
        ["ieee802.11/radiotap"] = 803, ["ieee802.15.4"] = 804, ["ieee802.15.4/monitor"] = 805, ["phonet"] = 820, ["phonet_pipe"] = 821,
        ["caif"] = 822, ["gre6"] = 823, ["netlink"] = 824, ["6lowpan"] = 825, ["vsockmon"] = 826, ["void"] = 65535, ["none"] = 65534,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The number of a word, or of <c>[NUMBER]</c>, as iproute2 prints what it does not know; 65535 (void) for anything else.</summary>
    public static int Number(string? word) =>
        word is null ? 65535
        : Numbers.TryGetValue(word, out int number) ? number
        : ushort.TryParse(word.Trim('[', ']'), NumberStyles.None, CultureInfo.InvariantCulture, out ushort other) ? other
        : 65535;
}
