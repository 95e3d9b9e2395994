using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>The systemd journal, as one part of the seam. Implementations: libsystemd in process, the <c>journalctl</c> command, a fake.</summary>
public interface IJournals
{
    /// <summary>Opens the journal for following.</summary>
    Result<IJournalReader> Open(JournalQuery query);
}
