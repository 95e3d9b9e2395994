using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Hardening.Transaction;

/// <summary>
/// Whose confirmation counts: only that of somebody who came in after the change. Whoever was inside before proves nothing, for an established connection
/// survives any ruleset; nor does a connection from the host to itself.
/// </summary>
public static class ConfirmRule
{
    private const string Hint = "log in anew, from where you must be able to, and run virtward confirm there";

    /// <summary>Judges.</summary>
    /// <param name="transaction">A transaction that waits.</param>
    /// <param name="actor">Who wants to confirm it.</param>
    /// <returns>Why it does not count; null: it does.</returns>
    public static Problem? Judge(TransactionRecord transaction, Actor actor)
    {
        if (actor.From is { } from)
        {
            if (IsLoopback(from))
            {
                return new Problem("a connection from this host to itself proves nothing", from.ToString(), Hint);
            }

            return actor.ConnectedAt is { } at && at > transaction.Waiting!.Uptime
                ? null
                : new Problem("this connection was opened before the change, so it proves nothing", from.ToString(), Hint);
        }

        // Whoever sits at the machine is not locked out by any network rule. A script without a connection may confirm what was begun like that.
        return actor.IsConsole || transaction.Begun?.By?.From is null
            ? null
            : new Problem("this is no SSH connection, and the change was begun over one", null, Hint);
    }

    private static bool IsLoopback(Core.Net.Address address) =>
        address.ToString() is var text && (text == "::1" || text.StartsWith("127.", StringComparison.Ordinal));
}
