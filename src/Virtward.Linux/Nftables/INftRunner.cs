using Virtward.Core.Results;

namespace Virtward.Linux.Nftables;

/// <summary>What runs scripts in nft's language: the library or the command.</summary>
public interface INftRunner : IDisposable
{
    /// <summary>Runs commands, one a line, as one transaction.</summary>
    Result<Done> Run(string script);
}
