using System.Globalization;
using System.Runtime.CompilerServices;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Sources;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;

namespace Virtward.Host.Tests.Store;

/// <summary>
/// This test program run as a child: it goes on from what is stored as a guard would, bans one address after the other, and prints the
/// number of each as soon as its commit has returned, until it is killed.
/// </summary>
internal static class CommittingChild
{
    /// <summary>Names the state directory; set, the program is the child.</summary>
    public const string Variable = "VIRTWARD_TEST_STORE_CHILD";

    public const string Source = "log";

    public static Prefix Target(int number) => new(Address.FromV4(0x0A000000u + (uint)number));

    [ModuleInitializer]
    internal static void RunIfChild()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } directory)
        {
            Run(directory);
            Environment.Exit(3);
        }
    }

    private static void Run(string directory)
    {
        using IGuardStore store = new SqliteStoreFile(new StateFiles(), TimeProvider.System).Open(directory).Value.Store;
        StoredState state = store.Load(UnixTime.Now(TimeProvider.System)).Value;
        int number = state.Positions.TryGetValue(Source, out string? position) ? int.Parse(position, CultureInfo.InvariantCulture) : 0;
        using Stream output = Console.OpenStandardOutput();
        while (true)
        {
            number++;
            store.Commit(Next(number)).Value.ToString();
            output.Write(BitConverter.GetBytes(number));
        }
    }

    // Every third ban takes another's place in the same commit, so that ends are tested too.
    private static GuardCommit Next(int number)
    {
        UnixTime now = UnixTime.Now(TimeProvider.System);
        List<BanChange> changes = [new BanChange(Ban(number, now), now, null)];
        if (number % 3 == 0)
        {
            changes.Add(new BanChange(Ban(number - 1, now), now, UnbanCause.ByHand));
        }

        return new GuardCommit
        {
            Time = now,
            Changes = new GuardChanges
            {
                Bans = [.. changes],
                Attackers = [new AttackerRecord("sshd", Target(number), now, UnixTime.None, [now.Microseconds])],
                AttackersGone = [("sshd", Target(number - 1))],
            },
            Positions = [new SourcePosition(Source, number.ToString(CultureInfo.InvariantCulture))],
        };
    }

    private static Ban Ban(int number, UnixTime now) => new()
    {
        Target = Target(number),
        Jail = "sshd",
        Origin = BanOrigin.Jail,
        Since = now,
        Until = now + TimeSpan.FromDays(1),
        Reason = "5 failed logins in 2 minutes",
        Evidence = new string('x', 120),
    };
}
