using Virtward.Exposure.Answers;

namespace Virtward.Exposure.Evaluation;

/// <summary>Where packets end.</summary>
internal interface ISink
{
    /// <summary>They arrive: at the host, or out by a device.</summary>
    void Arrive(PacketState state, string where);

    /// <summary>They do not arrive.</summary>
    void Drop(PacketState state, Decision? why, string? with = null);

    /// <summary>They do not arrive, and their sender is told.</summary>
    void Reject(PacketState state, Decision? why, string with);

    /// <summary>Their time to live is over: they do not arrive, and the sender is told, which is no refusal.</summary>
    void Expire(PacketState state, Decision? why);

    /// <summary>They are passed on by the device that they came in by, and their sender may be told of the shorter way.</summary>
    void Redirect(PacketState state)
    {
    }

    /// <summary>What becomes of them could not be worked out.</summary>
    void Unproven(PacketState state, string reason);
}
