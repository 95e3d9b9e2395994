namespace Virtward.Hardening.Tests.Transaction;

/// <summary>The process that drives the host has been killed.</summary>
public sealed class KilledException : Exception
{
    public KilledException()
        : base("killed")
    {
    }
}
