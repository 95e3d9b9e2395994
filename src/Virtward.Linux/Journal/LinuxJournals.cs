using System.Runtime.InteropServices;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Journal;

/// <summary>This machine's journal: through libsystemd where it can be loaded, else through journalctl.</summary>
public sealed class LinuxJournals : IJournals
{
    private readonly bool _hasLibrary;

    /// <summary>Looks for libsystemd.</summary>
    /// <param name="allowLibrary">False to use journalctl even so.</param>
    public LinuxJournals(bool allowLibrary = true) =>
        _hasLibrary = allowLibrary && NativeLibrary.TryLoad(JournalCalls.Library, out _);

    /// <inheritdoc/>
    public Result<IJournalReader> Open(JournalQuery query) =>
        _hasLibrary ? LibraryJournalReader.Open(query) : CommandJournalReader.Open(query);
}
