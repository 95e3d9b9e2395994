using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>
/// What sshd does where its files say nothing, as sshd_config(5) of each version has it. Needed only where sshd itself could not be asked. The
/// distributions compile the same values in.
/// </summary>
internal static class SshDefaults
{
    private static readonly ImmutableDictionary<string, string> Always = new Dictionary<string, string>
    {
        ["port"] = "22", ["addressfamily"] = "any", ["usepam"] = "no", ["logingracetime"] = "120", ["maxauthtries"] = "6", ["maxsessions"] = "10",
        ["maxstartups"] = "10:30:100", ["clientaliveinterval"] = "0", ["clientalivecountmax"] = "3", ["permitrootlogin"] = "prohibit-password",
        ["ignorerhosts"] = "yes", ["hostbasedauthentication"] = "no", ["pubkeyauthentication"] = "yes", ["kerberosauthentication"] = "no",
        ["gssapiauthentication"] = "no", ["passwordauthentication"] = "yes", ["kbdinteractiveauthentication"] = "yes", ["x11forwarding"] = "no",
        ["strictmodes"] = "yes", ["permitemptypasswords"] = "no", ["gatewayports"] = "no", ["usedns"] = "no", ["allowtcpforwarding"] = "yes",
        ["allowagentforwarding"] = "yes", ["disableforwarding"] = "no", ["allowstreamlocalforwarding"] = "yes", ["banner"] = "none", ["loglevel"] = "INFO",
        ["authorizedkeysfile"] = ".ssh/authorized_keys .ssh/authorized_keys2", ["authorizedkeyscommand"] = "none", ["trustedusercakeys"] = "none",
        ["permittunnel"] = "no", ["permituserenvironment"] = "no", ["permitopen"] = "any", ["authenticationmethods"] = "any",
    }.ToImmutableDictionary();

    // Which version brought a setting, and its value there.
    private static readonly ImmutableDictionary<string, (int Major, int Minor, string Value)> Later = new Dictionary<string, (int, int, string)>
    {
        ["persourcemaxstartups"] = (8, 5, "none"), ["persourcenetblocksize"] = (8, 5, "32:128"), ["requiredrsasize"] = (9, 1, "1024"),
        ["unusedconnectiontimeout"] = (9, 2, "none"), ["persourcepenalties"] = (9, 8, "yes"), ["persourcepenaltyexemptlist"] = (9, 8, "none"),
    }.ToImmutableDictionary();

    /// <summary>The value; null: not known, as that depends on a version that is not known, or there is none.</summary>
    public static string? Of(string keyword, SshVersion? version)
    {
        if (Always.TryGetValue(keyword, out string? value))
        {
            return value;
        }

        if (version is not SshVersion known)
        {
            return null;
        }

        return Later.TryGetValue(keyword, out (int Major, int Minor, string Value) later)
            ? known.IsAtLeast(later.Major, later.Minor) ? later.Value : null
            : keyword switch
            {
                "kexalgorithms" => KeyExchanges(known),
                "ciphers" => "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
                "macs" => "umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,"
                    + "umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1",
                _ => null,
            };
    }

    /// <summary>Whether a version knows a setting; null: its version, or the setting, is not known here.</summary>
    public static bool? Knows(string keyword, SshVersion? version) => Always.ContainsKey(keyword) ? true
        : version is SshVersion known && Later.TryGetValue(keyword, out (int Major, int Minor, string Value) later) ? known.IsAtLeast(later.Major, later.Minor)
        : null;

    private static string KeyExchanges(SshVersion version)
    {
        const string Curves = "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521";
        const string Groups = "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256";
        return version switch
        {
            _ when version.IsAtLeast(10, 0) => $"mlkem768x25519-sha256,sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,{Curves}",
            _ when version.IsAtLeast(9, 9) => $"sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,mlkem768x25519-sha256,{Curves},{Groups}",
            _ when version.IsAtLeast(9, 0) => $"sntrup761x25519-sha512@openssh.com,{Curves},{Groups}",

            // The last before it went to the front: Ubuntu 22.04's.
            _ when version.IsAtLeast(8, 9) => $"{Curves},sntrup761x25519-sha512@openssh.com,{Groups}",
            _ => $"{Curves},{Groups}",
        };
    }
}
