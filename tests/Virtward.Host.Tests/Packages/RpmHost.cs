using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Machine;
using Virtward.Host.Tests.Closing;
using Virtward.Host.Tests.Program;
using Virtward.Linux.Changing;
using Virtward.Linux.Commands;
using Xunit;

namespace Virtward.Host.Tests.Packages;

/// <summary>
/// A host of the RHEL family, as far as its packages go: real dnf and rpm, a database of their own, and nothing in it but the distribution's own package.
/// </summary>
internal sealed class RpmHost : IDisposable
{
    private const string Setup = """
        set -e
        rm -f /usr/bin/dpkg-query /usr/bin/apt-get /etc/os-release
        printf 'NAME="AlmaLinux"\nID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPLATFORM_ID="platform:el9"\nPRETTY_NAME="AlmaLinux 9.4"\n' >/etc/os-release
        rm -rf /var/lib/rpm /var/lib/dnf /var/cache/dnf /etc/yum.repos.d
        mkdir /etc/yum.repos.d
        printf '[local]\nname=local\nbaseurl=file://%s\ngpgcheck=0\n' "$1" >/etc/yum.repos.d/local.repo
        rpm --install --nodeps "$1"/noarch/almalinux-release-*.rpm 2>/dev/null
        dnf --quiet makecache
        """;

    private readonly ThrowawayHost _host = new();

    public RpmHost(RpmRepository repository)
    {
        if (repository.Missing is { } missing)
        {
            _host.Dispose();
            Assert.Skip(missing);
        }

        Good("bash", "-c", Setup, "bash", repository.Folder);
        Runner = new StepRunner(new HostMachine(new HostFiles(_host.Root), new NobodysKernel(), new CommandsWithin(_host.Within, new ProcessCommands()), HasSystemd: false));
    }

    /// <summary>Sets steps there, and takes them back.</summary>
    public StepRunner Runner { get; }

    /// <summary>Starts a program there.</summary>
    public System.Diagnostics.Process Start(string program, params string[] arguments) => _host.Start(program, arguments);

    /// <summary>The host itself, with its sshd and its networks.</summary>
    public ThrowawayHost Host => _host;

    /// <summary>Where its files are seen from here.</summary>
    public string Root => _host.Root;

    /// <summary>Runs a program there that must succeed.</summary>
    public string Good(string program, params string[] arguments)
    {
        CommandRun run = _host.In(program, arguments);
        Assert.True(run.ExitCode == 0, $"{program}: {run.Error}{run.Output}");
        return run.Output;
    }

    /// <summary>All packages and accounts, and all files that could be theirs, with mode and content.</summary>
    public string Picture() => Good("bash", "-c", """
        rpm --query --all | sort
        cat /etc/passwd /etc/group /etc/shadow /etc/gshadow
        shopt -s nullglob
        places=(/{etc,usr/share}/{libone,libtwo,tool,needing,big,a-package-with*}*)
        if [ ${#places[@]} -gt 0 ]; then
            find "${places[@]}" -printf '%p %y %m %u %g %l\n' | sort
            find "${places[@]}" -type f -print0 | sort -z | xargs -0 -r sha256sum
        fi
        """);

    public void Dispose() => _host.Dispose();

    private sealed class NobodysKernel : IKernelSettings
    {
        public Result<string?> Read(string path) => throw new InvalidOperationException("packages have no kernel settings");

        public Result<Done> Write(string path, string value) => throw new InvalidOperationException("packages have no kernel settings");
    }
}
