using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>ssh:</c>.</summary>
public static class SshSection
{
    // useradd(8) and sshd_config(5): names, with the patterns * and ?, "USER@HOST" for users. Nothing that would end a line or begin another word.
    private const string NameExample = "a name such as admin, admin@192.168.1.* or ops-*";

    private static readonly ValueReader<RootLogin> Root = Values.Word(("no", RootLogin.No), ("keys", RootLogin.Keys));

    private static readonly ValueReader<SshForwarding> Forwards =
        Values.Word(("none", SshForwarding.None), ("local", SshForwarding.Local), ("all", SshForwarding.All));

    /// <summary>Reads it.</summary>
    /// <param name="item">The section.</param>
    /// <param name="zones">The zones that it may speak of.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static SshPolicy Read(YamlItem item, ZoneNames zones, ProblemList problems)
    {
        Section section = Section.Open(
            item, "ssh", problems, "manage", "ports", "listen", "from", "rate", "root-login", "passwords", "allow-users", "allow-groups", "forwarding");
        var standard = new SshPolicy();
        SshPolicy ssh = new()
        {
            Managed = section.Read("manage", standard.Managed, Values.Flag),
            Ports = section.ReadList("ports", standard.Ports, PortValues.Number),
            Listen = section.ReadList<Address>("listen", standard.Listen, NetworkValues.ListenAddress),
            From = section.ReadList("from", standard.From, zones.Zone),
            Rate = section.Read("rate", standard.Rate, RateValues.RateOrNone),
            RootLogin = section.Read("root-login", standard.RootLogin, Root),
            Passwords = section.Read("passwords", standard.Passwords, Values.Flag),
            AllowUsers = section.ReadList("allow-users", standard.AllowUsers, Name),
            AllowGroups = section.ReadList("allow-groups", standard.AllowGroups, Name),
            Forwarding = section.Read("forwarding", standard.Forwarding, Forwards),
        };
        Check(section, ssh, problems);
        return ssh;
    }

    private static void Check(Section section, SshPolicy ssh, ProblemList problems)
    {
        if (section.Find("from") is { } from && section.Items("from").IsEmpty && from is not YamlMap)
        {
            problems.Add(from, "nobody could log in by SSH", "write 'from: [management]', or the zones that may");
        }

        ImmutableArray<YamlItem> ports = section.Items("ports");
        for (int i = 1; i < ports.Length; i++)
        {
            if (ports[i] is YamlText port && ports.Take(i).Any(other => other is YamlText { Text: var text } && text == port.Text))
            {
                problems.Add(port, $"port {port.Text} stands here a second time", "once is enough");
            }
        }

        if (!ssh.Listen.IsEmpty && ssh.Listen.All(IsLoopback) && section.Items("listen").Length == ssh.Listen.Length)
        {
            problems.Add(section.Find("listen")!, "sshd would listen on loopback only: nobody could log in from elsewhere", "add an address of this host, or leave the list empty");
        }

        if (ssh.RootLogin == RootLogin.No && ssh.AllowUsers is ["root"])
        {
            problems.Add(section.Find("allow-users")!, "root is the only user who may log in, and 'root-login: no' keeps root out", "name another user, or write 'root-login: keys'");
        }
    }

    private static bool IsLoopback(Address address) => address.IsV4 ? address.V4 >> 24 == 127 : address.Value == 1;

    /// <summary>Whether a text can name users or groups in sshd's configuration.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= 128 && text[0] is not ('-' or '#' or '!')
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '$' or '*' or '?' or '@' or ':' or '/' or '+');

    private static bool Name(YamlItem item, ProblemList problems, out string value)
    {
        value = item is YamlText { IsEmpty: false } text ? text.Text : "";
        if (IsName(value))
        {
            return true;
        }

        problems.AddExpected(item, NameExample);
        return false;
    }
}
