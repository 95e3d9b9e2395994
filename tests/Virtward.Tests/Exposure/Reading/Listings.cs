using System.Text;

namespace Virtward.Tests.Exposure.Reading;

/// <summary>Listings of rulesets that real programs made, as nft prints them, and what they must be read as.</summary>
internal static class Listings
{
    public static readonly string[] Names = ["statements", "families", "iptables", "firewalld", "translation", "limits"];

    public static string Text(string name) => File.ReadAllText(PathOf($"{name}.nft"), Encoding.UTF8);

    public static byte[] Json(string name) => File.ReadAllBytes(PathOf($"{name}.json"));

    public static string Model(string name) => File.ReadAllText(PathOf($"{name}.model"), Encoding.UTF8);

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "corpus", "exposure", file);
}
