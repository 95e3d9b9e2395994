using System.Collections.Frozen;
using System.Globalization;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>
/// Offsets of time zone abbreviations. They are ambiguous (IST is India, Ireland and Israel) and know no daylight saving; the
/// meanings are the ones that fail2ban has, so that a log means the same to both.
/// </summary>
public static class ZoneNames
{
    // Minutes east of Greenwich: names. The single letters are the military zones (A to M without J eastwards, N to Y westwards).
    private static readonly FrozenDictionary<string, int> Minutes = Build(
    [
        (-720, "Y"), (-660, "X NUT SST"), (-600, "W CKT HAST HST TAHT TKT"), (-570, "MART MIT"), (-540, "V AKST GAMT GIT HADT HNY"),
        (-480, "U AKDT CIST HAY HNP PST PT"), (-420, "T HAP HNR MST PDT"), (-360, "S CST EAST GALT HAR HNC MDT"),
        (-300, "R CDT COT EASST ECT EST ET HAC HNE PET"), (-270, "HLV VET"), (-240, "Q AST BOT CLT COST EDT FKT GYT HAE HNA PYT"),
        (-210, "HNT NST NT"), (-180, "P ADT ART BRT CLST FKST GFT HAA PMST PYST SRT UYT WGT"), (-150, "HAT NDT"),
        (-120, "O BRST FNT PMDT UYST WGST"), (-60, "N AZOT CVT EGT"), (0, "Z EGST GMT UTC WET WT"), (60, "A CET DFT WAT WEDT WEST"),
        (120, "B CAT CEDT CEST EET SAST WAST"), (180, "C EAT EEDT EEST IDT MSK"), (210, "IRST"),
        (240, "D AMT AZT GET GST KUYT MSD MUT RET SAMT SCT"), (270, "AFT IRDT"),
        (300, "E AMST AQTT AZST HMT MAWT MVT PKT TFT TJT TMT UZT YEKT"), (330, "SLT"), (345, "NPT"),
        (360, "F ALMT BIOT BTT IOT KGT NOVT OMST YEKST"), (390, "CCT MMT"), (420, "G CXT DAVT HOVT ICT KRAT NOVST OMSST THA WIB"),
        (480, "H ACT AWST BDT BNT CAST HKT IRKT KRAST MYT PHT SGT ULAT WITA WST"), (540, "I AWDT IRKST JST KST PWT TLT WDT WIT YAKT"),
        (570, "ACST"), (600, "K AEST ChST PGT VLAT YAKST YAPT"), (630, "ACDT LHST"), (660, "L AEDT LHDT MAGT NCT PONT SBT VLAST VUT"),
        (690, "NFT"), (720, "M ANAST ANAT FJT GILT MAGST MHT NZST PETST PETT TVT WFT"), (780, "FJST NZDT"),
    ]);

    /// <summary>Reads <c>CET</c>, <c>+0100</c>, <c>+01:00</c>, <c>+01</c> or <c>UTC-0400</c>: minutes east of Greenwich.</summary>
    public static bool TryOffset(ReadOnlySpan<char> text, out int minutes)
    {
        minutes = 0;
        int sign = text.IndexOfAny('+', '-');
        ReadOnlySpan<char> name = sign < 0 ? text : text[..sign];
        if (!name.IsEmpty && !Minutes.TryGetValue(name.ToString(), out minutes))
        {
            return false;
        }

        if (sign < 0)
        {
            return !name.IsEmpty;
        }

        ReadOnlySpan<char> digits = text[(sign + 1)..];
        ReadOnlySpan<char> tail = digits.Length > 2 ? digits[2..].TrimStart(':') : "0";
        if (digits.Length < 2
            || !int.TryParse(digits[..2], NumberStyles.None, CultureInfo.InvariantCulture, out int hours)
            || !int.TryParse(tail, NumberStyles.None, CultureInfo.InvariantCulture, out int rest))
        {
            return false;
        }

        minutes += (text[sign] == '-' ? -1 : 1) * ((hours * 60) + rest);
        return true;
    }

    private static FrozenDictionary<string, int> Build((int Minutes, string Names)[] zones) =>
        zones.SelectMany(zone => zone.Names.Split(' ').Select(name => KeyValuePair.Create(name, zone.Minutes))).ToFrozenDictionary();
}
