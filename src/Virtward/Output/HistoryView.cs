using System.Globalization;
using System.Text.Json;
using Virtward.Commands;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Transaction;

namespace Virtward.Output;

/// <summary>Transactions for people and programs.</summary>
public static class HistoryView
{
    /// <summary>One line: id, what became of it, who, how much.</summary>
    public static string Line(TransactionRecord record, ClosingPlan? plan)
    {
        string changes = plan is null ? "" : $", {string.Join(", ", plan.Changes.Select(static change => change.Change.Id))}";
        return $"{record.Id}  {Time(record.Begun?.At)}  {Word(record.Status),-10}  by {record.Begun?.By?.ToString() ?? "?"}{changes}";
    }

    /// <summary>What happened to it, a line each.</summary>
    public static IEnumerable<string> Events(TransactionRecord record) => record.Entries
        .Where(static entry => entry.Kind is not (JournalKind.Setting or JournalKind.Set or JournalKind.Restored))
        .Select(static entry => $"{Time(entry.At)}  {Word(entry.Kind)}{(entry.By is { } by ? $" by {by}" : "")}{(string.IsNullOrEmpty(entry.Why) ? "" : $": {entry.Why}")}");

    /// <summary>Says what a command has done to a transaction.</summary>
    public static void Told(CommandHost host, TransactionRecord record, bool json, string text)
    {
        if (!json)
        {
            host.Out.WriteLine(text);
            return;
        }

        using (var writer = new Utf8JsonWriter(host.OutBytes))
        {
            Write(writer, record, null);
        }

        host.OutBytes.WriteByte((byte)'\n');
    }

    /// <summary>Writes one as JSON; docs/plan.md names the fields.</summary>
    public static void Write(Utf8JsonWriter to, TransactionRecord record, ClosingPlan? plan, bool withDiffs = false)
    {
        to.WriteStartObject();
        to.WriteString("id", record.Id);
        to.WriteString("status", Word(record.Status));
        to.WriteString("begun", Time(record.Begun?.At));
        to.WriteString("by", record.Begun?.By?.User ?? "");
        to.WriteString("from", record.Begun?.By?.From?.ToString() ?? "");
        to.WriteStartArray("events");
        foreach (JournalEntry entry in record.Entries.Where(static entry => entry.Kind is not (JournalKind.Setting or JournalKind.Set or JournalKind.Restored)))
        {
            to.WriteStartObject();
            to.WriteString("time", Time(entry.At));
            to.WriteString("what", Word(entry.Kind));
            to.WriteString("by", entry.By?.ToString() ?? "");
            to.WriteString("why", entry.Why ?? "");
            to.WriteEndObject();
        }

        to.WriteEndArray();
        if (plan is not null && withDiffs)
        {
            to.WritePropertyName("plan");
            PlanDocument.Write(to, plan);
        }
        else if (plan is not null)
        {
            to.WriteStartArray("changes");
            foreach (PlannedChange change in plan.Changes)
            {
                to.WriteStringValue(change.Change.Id);
            }

            to.WriteEndArray();
        }

        to.WriteEndObject();
    }

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    private static string Word(TransactionStatus status) => status switch
    {
        TransactionStatus.Applying => "applying",
        TransactionStatus.Waiting => "waiting",
        TransactionStatus.Confirming => "confirming",
        TransactionStatus.Confirmed => "confirmed",
        TransactionStatus.Reverting => "reverting",
        _ => "reverted",
    };

    private static string Word(JournalKind kind) => kind switch
    {
        JournalKind.Begun => "begun",
        JournalKind.Waiting => "waiting",
        JournalKind.Confirming => "confirming",
        JournalKind.Confirmed => "confirmed",
        JournalKind.Reverting => "reverting",
        JournalKind.LeftOut => "left out",
        JournalKind.NotRestored => "not restored",
        _ => "reverted",
    };
}
