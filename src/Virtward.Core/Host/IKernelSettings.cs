using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>The running kernel's settings (<c>/proc/sys</c>), as one part of the seam.</summary>
public interface IKernelSettings
{
    /// <summary>Reads one, without white space at its end and with runs of it as one blank; null where this kernel has none of this name.</summary>
    /// <param name="path">Below <c>/proc/sys</c>, with slashes, no dot segments.</param>
    Result<string?> Read(string path);

    /// <summary>Sets one.</summary>
    Result<Done> Write(string path, string value);
}
