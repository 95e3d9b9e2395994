using Virtward.Core.Results;

namespace Virtward.Hardening.Machine;

/// <summary>The package manager of a family of distributions.</summary>
internal interface IPackages
{
    /// <summary>How a package is now.</summary>
    Task<Result<PackageBefore>> ReadAsync(string package, CancellationToken cancel);

    /// <summary>What was, with all that has to be known to undo what is about to happen: the other state.</summary>
    Task<PackageBefore> ForeseeAsync(string package, PackageBefore before, CancellationToken cancel);

    /// <summary>Installs one, with what it needs.</summary>
    Task<Result<Done>> InstallAsync(string package, CancellationToken cancel);

    /// <summary>Removes one, and nothing else: where others need it, that is a problem.</summary>
    Task<Result<Done>> RemoveAsync(string package, CancellationToken cancel);

    /// <summary>
    /// Takes away one that was not there, with all that came along with it; nothing where it is gone. What others need by now stays. May be repeated, also where installing never
    /// began or broke off half-way.
    /// </summary>
    /// <param name="package">The one that was installed.</param>
    /// <param name="before">What was, as foreseen.</param>
    /// <param name="scripts">Takes what is run when they are installed, by package, before they go.</param>
    /// <param name="cancel">Breaks it off.</param>
    Task<Result<Done>> TakeAwayAsync(string package, PackageBefore before, Dictionary<string, string> scripts, CancellationToken cancel);

    /// <summary>Brings back one that was there; nothing where it is. May be repeated, also where removing never began or broke off half-way.</summary>
    Task<Result<Done>> BringBackAsync(string package, PackageBefore before, CancellationToken cancel);
}
