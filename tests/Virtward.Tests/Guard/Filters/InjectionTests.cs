using System.Text;
using Virtward.Core.Net;
using Virtward.Guard.Filters.Rules;
using Xunit;

namespace Virtward.Tests.Guard.Filters;

/// <summary>
/// Whatever an attacker writes into the fields that are his, built from the pieces of the messages themselves, the address that is
/// seen is the one the program wrote: his own.
/// </summary>
public sealed class InjectionTests
{
    private const string Attacker = "198.51.100.7";
    private const string Victim = "203.0.113.9";

    private static readonly string[] Pieces =
    [
        " from ", " port ", " ssh2", " [preauth]", Victim, "[" + Victim + "]", "2001:db8::bad", "22", ":", ": ", "11", " ", "'", "\"", "\0", "\u001b", "é", "(", ")", "=",
        "root", "invalid user ", "authenticating user ", "illegal user ", "Failed password for ", "Invalid user ", "Connection closed by ", "Disconnected from ",
        "Disconnecting ", "Too many authentication failures", " not allowed because ", "not listed in AllowUsers", "rhost=", "user=", "  user=", "ruser=",
        "Change of username or service not allowed: (", "Nov 21 08:00:00 host sshd[1]: ", "message repeated 2 times: [ ", "]", "ssh2: RSA SHA256:x", "Auth fail",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=", "Received disconnect from ", "3: ", "banner exchange: Connection from ",
    ];

    // What sshd writes; {0} is the attacker's. After a text of his the message ends with his address, or his text comes last.
    private static readonly string[] Messages =
    [
        "Failed password for {0} from " + Attacker + " port 4242 ssh2",
        "Failed password for invalid user {0} from " + Attacker + " port 4242 ssh2",
        "Failed none for invalid user {0} from " + Attacker + " port 4242 ssh2",
        "Failed publickey for {0} from " + Attacker + " port 4242 ssh2: RSA SHA256:abc",
        "Invalid user {0} from " + Attacker + " port 4242",
        "Invalid user {0} from " + Attacker,
        "User {0} from " + Attacker + " not allowed because not listed in AllowUsers",
        "error: PAM: Authentication failure for illegal user {0} from " + Attacker,
        "error: maximum authentication attempts exceeded for invalid user {0} from " + Attacker + " port 4242 ssh2 [preauth]",
        "Connection closed by invalid user {0} " + Attacker + " port 4242 [preauth]",
        "Connection reset by authenticating user {0} " + Attacker + " port 4242 [preauth]",
        "Disconnected from invalid user {0} " + Attacker + " port 4242 [preauth]",
        "Disconnecting invalid user {0} " + Attacker + " port 4242: Too many authentication failures [preauth]",
        "Disconnecting invalid user {0} " + Attacker + " port 4242: Change of username or service not allowed: (x,ssh-connection) -> (y,{0}) [preauth]",
        "Received disconnect from " + Attacker + " port 4242:11: {0} [preauth]",
        "error: Received disconnect from " + Attacker + " port 4242:3: {0}: Auth fail [preauth]",
        "Bad protocol version identification '{0}' from " + Attacker + " port 4242",
        "banner exchange: Connection from " + Attacker + " port 4242: {0}",
        "error: kex_exchange_identification: client sent invalid protocol identifier \"{0}\"",
        "Unable to negotiate with " + Attacker + " port 4242: no matching cipher found. Their offer: {0} [preauth]",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=" + Attacker + "  user={0}",
        "refused connect from {0} (" + Attacker + ")",
        "ssh_dispatch_run_fatal: Connection from invalid user {0} " + Attacker + " port 4242: message authentication code incorrect [preauth]",
    ];

    [Theory]
    [InlineData("normal")]
    [InlineData("aggressive")]
    public void The_last_word_is_the_programs(string mode)
    {
        var random = new Random(21);
        RuleFilter filter = Lines.BuiltIn("sshd", mode);
        Address attacker = Address.Parse(Attacker);
        int seen = 0;
        for (int i = 0; i < 60_000; i++)
        {
            string field = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            string message = Messages[random.Next(Messages.Length)].Replace("{0}", field, StringComparison.Ordinal);
            string line = (random.Next(6) == 0 ? "<38>1 2026-11-21T08:00:00Z host sshd 77 - - " : "Nov 21 08:00:00 host sshd[77]: ")
                + (random.Next(6) == 0 ? $"message repeated 3 times: [ {message}]" : message);
            if (filter.See(line) is Seen one)
            {
                seen++;
                Assert.True(one.Address == attacker, $"{one.Rule} saw {one.Address} in: {line}");
            }
        }

        Assert.True(seen > 20_000, $"only {seen} lines were seen at all");
    }

    [Fact]
    public void Other_programs_lines_are_not_sshds()
    {
        var random = new Random(22);
        RuleFilter filter = Lines.BuiltIn("sshd", "aggressive");
        string[] heads = ["Nov 21 08:00:00 host nginx[5]: ", "Nov 21 08:00:00 host sshdx[5]: ", "Nov 21 08:00:00 host kernel: ", "Nov 21 08:00:00 host a sshd[1]: ", "sshd[1]: ", "192.0.2.3 - - [21/Nov/2026:08:00:00 +0000] "];
        for (int i = 0; i < 10_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            Assert.Null(filter.See(heads[random.Next(heads.Length)] + Messages[random.Next(Messages.Length)].Replace("{0}", text, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_do_no_harm()
    {
        var random = new Random(23);
        RuleFilter filter = Lines.BuiltIn("sshd");
        byte[] head = Encoding.UTF8.GetBytes("Nov 21 08:00:00 host sshd[77]: Failed password for ");
        byte[] tail = Encoding.UTF8.GetBytes($" from {Attacker} port 4242 ssh2");
        for (int i = 0; i < 2_000; i++)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            Assert.Equal(Address.Parse(Attacker), filter.See([.. head, .. noise, .. tail])!.Address);
            filter.See(noise);
            filter.See([.. head, .. noise]);
        }
    }
}
