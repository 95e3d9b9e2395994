namespace Virtward.Core.Host;

/// <summary>Something that a thread can wait for together with others, see <see cref="IWaiter"/>.</summary>
public interface IPollable
{
    /// <summary>The file descriptor that becomes readable (POLLIN of poll(2)) when there is something to do; -1 for none.</summary>
    int Descriptor { get; }
}
