using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Changing;

/// <summary>Transactions in a folder that only root can read: they hold what files held.</summary>
/// <param name="state">Virtward's state folder.</param>
public sealed class TransactionFiles(string state) : ITransactionFiles
{
    /// <summary>Room for what is restored on a full disk: configuration files, each written beside the present one first.</summary>
    private const int ReserveBytes = 4 * 1024 * 1024;

    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _folder = Path.Combine(Path.GetFullPath(state), "transactions");

    /// <inheritdoc/>
    public Result<IDisposable?> TryLock() => Try<IDisposable?>("cannot lock the transactions", _folder, () =>
    {
        Directory.CreateDirectory(_folder, OnlyOwner | UnixFileMode.UserExecute);
        SafeFileHandle handle = ChangeCalls.Open(Path.Combine(_folder, "lock"), ChangeCalls.OpenLock, 0x180);
        if (handle.IsInvalid)
        {
            throw new UnauthorizedAccessException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }

        if (ChangeCalls.Lock(handle, ChangeCalls.LockNow) == 0)
        {
            return handle;
        }

        int error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        return error == ChangeCalls.WouldBlock ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    });

    /// <inheritdoc/>
    // A transaction's folder is moved here whole: one without a journal is none of ours.
    public Result<IReadOnlyList<string>> List() => Try<IReadOnlyList<string>>("cannot list the transactions", _folder, () => Directory.Exists(_folder)
        ? [.. Directory.EnumerateDirectories(_folder).Where(static path => File.Exists(Path.Combine(path, "journal.ndjson"))).Select(static path => Path.GetFileName(path)!).Where(IsId).Order(StringComparer.Ordinal)]
        : []);

    /// <inheritdoc/>
    public Result<Done> Create(string id, string plan) => Try("cannot begin the transaction", Place(id), () =>
    {
        // Whole or not at all: who is killed half-way leaves a folder that is no transaction's, and that goes with the next one.
        string half = Path.Combine(_folder, ".begun");
        if (Directory.Exists(half))
        {
            Directory.Delete(half, recursive: true);
        }

        Directory.CreateDirectory(half, OnlyOwner | UnixFileMode.UserExecute);
        WriteNew(Path.Combine(half, "plan.json"), Encoding.UTF8.GetBytes(plan));
        WriteNew(Path.Combine(half, "reserve"), new byte[ReserveBytes]);
        WriteNew(Path.Combine(half, "journal.ndjson"), []);
        Sync(half);
        Directory.Move(half, Place(id));
        Sync(_folder);
        return default(Done);
    });

    /// <inheritdoc/>
    public Result<Done> Append(string id, string line) => Try("cannot write the journal of the transaction", Place(id), () =>
    {
        var options = new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite };
        using var stream = new FileStream(Path.Combine(Place(id), "journal.ndjson"), options);
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");

        // A line that a full disk or a loss of power cut off must not swallow the next one.
        long whole = WholeLength(stream);
        stream.SetLength(whole);
        stream.Seek(whole, SeekOrigin.Begin);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
        return default(Done);
    });

    /// <inheritdoc/>
    public Result<string> ReadPlan(string id) => Try("cannot read the plan of the transaction", Place(id), () => File.ReadAllText(Path.Combine(Place(id), "plan.json")));

    /// <inheritdoc/>
    public Result<IReadOnlyList<string>> ReadJournal(string id) => Try<IReadOnlyList<string>>("cannot read the journal of the transaction", Place(id), () =>
    {
        string text = File.ReadAllText(Path.Combine(Place(id), "journal.ndjson"));
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    });

    /// <inheritdoc/>
    public void ReleaseReserve(string id)
    {
        try
        {
            File.Delete(Path.Combine(Place(id), "reserve"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Then the disk has to do without; what is restored will say if it cannot.
        }
    }

    // Ids come from the command line, too.
    private static bool IsId(string id) => id.Length is > 0 and <= 40 && id.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private string Place(string id) => IsId(id) ? Path.Combine(_folder, id) : Path.Combine(_folder, "no-such-transaction");

    private static long WholeLength(FileStream stream)
    {
        for (long at = stream.Length; at > 0; at--)
        {
            stream.Seek(at - 1, SeekOrigin.Begin);
            if (stream.ReadByte() == '\n')
            {
                return at;
            }
        }

        return 0;
    }

    private static void WriteNew(string path, byte[] content)
    {
        using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OnlyOwner });
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private static void Sync(string directory)
    {
        using SafeFileHandle handle = ChangeCalls.Open(directory, ChangeCalls.OpenDirectory, 0);
        if (handle.IsInvalid || ChangeCalls.Sync(handle) != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
    }

    private static Result<T> Try<T>(string what, string on, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (UnauthorizedAccessException)
        {
            return new Problem(what, on, "run it as root");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Problem("there is no such transaction", Path.GetFileName(on), "virtward history lists them");
        }
        catch (IOException failure)
        {
            return new Problem($"{what}: {failure.Message}", on);
        }
    }
}
