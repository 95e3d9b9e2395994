using Virtward.Core.Net;

namespace Virtward.Hardening.Preflight;

/// <summary>A way in that was proved to be open after the change.</summary>
/// <param name="Who">For whom: <c>this session</c>, or a zone's name.</param>
/// <param name="Source">An address that gets in.</param>
/// <param name="Device">The interface that it comes by.</param>
/// <param name="Target">The address of sshd.</param>
/// <param name="Port">Its port.</param>
/// <param name="Limited">Whether only so often in a time.</param>
public sealed record WayIn(string Who, Address Source, string Device, Address Target, ushort Port, bool Limited)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Who}: {Source} by {Device} to {(Target.IsV4 ? $"{Target}" : $"[{Target}]")}:{Port}{(Limited ? ", at a limited rate" : "")}";
}
