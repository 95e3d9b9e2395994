using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Finds what sections say against each other. Only what is written counts: a default gives way without a word.</summary>
internal static class Contradictions
{
    /// <summary>Tells of all of them.</summary>
    /// <param name="root">The policy's sections.</param>
    /// <param name="policy">What they were read as.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static void Check(Section root, HostPolicy policy, ProblemList problems)
    {
        CheckIpv6(root, policy, problems);
        CheckForwarding(root, policy, problems);
        CheckSsh(root, policy, problems);
    }

    private static void CheckIpv6(Section root, HostPolicy policy, ProblemList problems)
    {
        if (policy.Ipv6 == Ipv6Policy.On)
        {
            if (root.Find("ipv6") is not null && Setting(root, "net.ipv6.conf.all.disable_ipv6") is { Value: YamlText { Text: "1" } } off)
            {
                problems.Add(off.Key, "this switches IPv6 off, and 'ipv6: on' says that it is used", "write 'ipv6: off', which does it on every interface but loopback");
            }

            return;
        }

        foreach (YamlItem item in Written(root, "ssh", "listen"))
        {
            if (item is YamlText text && Net.Address.TryParse(text.Text, out Net.Address address) && !address.IsV4)
            {
                problems.Add(item, $"sshd cannot listen on {address}: 'ipv6: off' switches IPv6 off", "leave it out, or write 'ipv6: on'");
            }
        }
    }

    private static void CheckForwarding(Section root, HostPolicy policy, ProblemList problems)
    {
        if (Setting(root, "net.ipv4.ip_forward") is { Value: YamlText { Text: "0" } } off && Open(root, "firewall")?.Find("forward") is not null
            && policy.Firewall.Forward.Any(static way => !way.To.IsEmpty))
        {
            problems.Add(off.Key, "nothing is forwarded with this, and firewall.forward lets zones reach others through the host", "take one of them out");
        }
    }

    // A service on sshd's port opens it as ssh.from does: with both, neither says who gets in.
    private static void CheckSsh(Section root, HostPolicy policy, ProblemList problems)
    {
        Section? ssh = Open(root, "ssh");
        if (ssh is null || root.Find("services") is not YamlMap services)
        {
            return;
        }

        foreach (YamlEntry entry in services.Entries)
        {
            if (policy.Services.FirstOrDefault(one => one.Name == entry.Key.Text) is not { To: ServicePolicy.Host } service
                || !service.Ports.Any(scope => IsSsh(scope, policy.Ssh)))
            {
                continue;
            }

            string? more = service.From.FirstOrDefault(zone => !policy.Ssh.From.Contains(zone));
            if (more is not null && ssh.Find("from") is not null)
            {
                problems.Add(entry.Key, $"service {service.Name} opens sshd's port to {more}, and ssh.from does not", "say in ssh.from alone who may reach it");
            }
            else if (service.Rate is not null && ssh.Find("rate") is not null && service.Rate != policy.Ssh.Rate)
            {
                problems.Add(entry.Key, $"service {service.Name} and ssh.rate limit sshd's port in two ways", "say it in ssh.rate alone");
            }
        }
    }

    private static bool IsSsh(PortScope scope, SshPolicy ssh) => scope.Protocol == Transport.Tcp
        && (ssh.Ports.IsEmpty ? scope.From <= 22 && scope.To >= 22 : ssh.Ports.Any(port => port >= scope.From && port <= scope.To));

    private static YamlEntry? Setting(Section root, string key) =>
        (Open(root, "kernel")?.Find("sysctl") as YamlMap)?.Entries.FirstOrDefault(entry => entry.Key.Text == key);

    private static ImmutableArray<YamlItem> Written(Section root, string section, string key) => Open(root, section) is { } found ? found.Items(key) : [];

    private static Section? Open(Section root, string key) => root.Find(key) is YamlMap map ? Section.Known(map) : null;
}
