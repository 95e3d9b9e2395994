namespace Virtward.Linux.Netlink;

/// <summary>Takes one message of an answer.</summary>
/// <param name="type">Its type.</param>
/// <param name="payload">What follows its header; valid during the call only.</param>
public delegate void NetlinkHandler(int type, ReadOnlySpan<byte> payload);
