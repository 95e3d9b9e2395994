using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Nftables;

/// <summary>Runs scripts through the <c>nft</c> command: for hosts without the library.</summary>
/// <param name="commands">What runs programs.</param>
public sealed class NftCommand(ICommands commands) : INftRunner
{
    /// <inheritdoc/>
    public Result<Done> Run(string script)
    {
        Command nft = Command.Of("nft", "-f", "-") with { Input = script };
        Result<CommandOutput> run = commands.RunAsync(nft, CancellationToken.None).GetAwaiter().GetResult();
        return !run.TryGet(out CommandOutput? output, out Problem? problem) ? problem
            : output.Succeeded ? default(Done)
            : NftError.Read(output.Error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each run is a process of its own: there is nothing to keep.
    }
}
