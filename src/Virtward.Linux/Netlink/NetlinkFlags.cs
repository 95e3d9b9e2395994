namespace Virtward.Linux.Netlink;

/// <summary>The flags of a netlink message (linux/netlink.h).</summary>
[Flags]
public enum NetlinkFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A request.</summary>
    Request = 0x1,

    /// <summary>The kernel acknowledges it, with an error or without.</summary>
    Acknowledge = 0x4,

    /// <summary>In an answer: what was being listed changed meanwhile.</summary>
    Interrupted = 0x10,

    /// <summary>All that there is, not one.</summary>
    Dump = 0x300,

    /// <summary>Create what is not there.</summary>
    Create = 0x400,
}
