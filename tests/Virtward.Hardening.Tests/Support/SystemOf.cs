using System.Text.Json;

namespace Virtward.Hardening.Tests.Support;

/// <summary>What systemd and the package managers tell, for a <see cref="TestHost"/>.</summary>
public static class SystemOf
{
    /// <summary>Units: <c>ssh.service active running enabled</c> each; what is not given is not there.</summary>
    public static TestHost Units(this TestHost host, params string[] units)
    {
        string[][] rows = [.. units.Select(static unit => unit.Split(' '))];
        return host
            .Text("audit/units.json", "[" + string.Join(',', rows.Select(static row =>
                $$"""{"unit":{{Json(row[0])}},"load":"loaded","active":{{Json(At(row, 1, "active"))}},"sub":{{Json(At(row, 2, "running"))}},"description":{{Json(row[0])}}}""")) + "]")
            .Text("audit/unit-files.json", "[" + string.Join(',', rows.Select(static row => $$"""{"unit_file":{{Json(row[0])}},"state":{{Json(At(row, 3, "enabled"))}}}""")) + "]");
    }

    /// <summary>Debian's packages: <c>sudo=1.9.13p3-1</c>, or a name alone.</summary>
    public static TestHost Dpkg(this TestHost host, params string[] packages) =>
        host.Text("audit/packages-dpkg.txt", string.Concat(packages.Append("base-files=12.4").Select(static package => $"{package.Split('=')[0]}\t{At(package.Split('='), 1, "1.0")}\tamd64\tinstalled\n")));

    /// <summary>Packages of rpm, in the same way.</summary>
    public static TestHost Rpm(this TestHost host, params string[] packages) =>
        host.Text("audit/packages-rpm.txt", string.Concat(packages.Append("filesystem=3.16").Select(static package => $"{package.Split('=')[0]}\t0:{At(package.Split('='), 1, "1.0")}-1.el9\tx86_64\tinstalled\n")));

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string At(string[] words, int index, string otherwise) => index < words.Length ? words[index] : otherwise;
}
