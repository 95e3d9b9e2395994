using Virtward.Core.Net;

namespace Virtward.Core.Host;

/// <summary>Who does something, and from where.</summary>
/// <param name="User">The user, the one behind sudo where there is one.</param>
public sealed record Actor(string User)
{
    /// <summary>The SSH client's address; null: no SSH connection (a console, a script, a timer).</summary>
    public Address? From { get; init; }

    /// <summary>The client's port.</summary>
    public int FromPort { get; init; }

    /// <summary>The host's address that it is connected to; null where it is not known.</summary>
    public Address? To { get; init; }

    /// <summary>The host's port that it is connected to.</summary>
    public int ToPort { get; init; }

    /// <summary>When that connection was accepted, in seconds since the machine started; null without one.</summary>
    public double? ConnectedAt { get; init; }

    /// <summary>Whether it is a terminal of the machine itself: a screen, a serial line.</summary>
    public bool IsConsole { get; init; }

    /// <summary>For people: <c>anna from 192.168.1.5</c>.</summary>
    public override string ToString() => From is { } from ? $"{User} from {from}" : IsConsole ? $"{User} at the console" : User;
}
