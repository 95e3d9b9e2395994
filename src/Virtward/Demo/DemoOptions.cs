namespace Virtward.Demo;

/// <summary>What <c>virtward demo</c> was called with.</summary>
/// <param name="Inside">
/// Whether this process is already the first one inside the demo's namespaces: the command starts itself anew in there, with the
/// hidden option <c>--inside</c>.
/// </param>
public sealed record DemoOptions(bool Inside);
