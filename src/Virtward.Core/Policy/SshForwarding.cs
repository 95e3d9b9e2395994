namespace Virtward.Core.Policy;

/// <summary>Which TCP connections an SSH session may forward.</summary>
public enum SshForwarding
{
    /// <summary>None.</summary>
    None,

    /// <summary>From the client to what the host reaches, as a VNC console by tunnel needs it.</summary>
    Local,

    /// <summary>Both ways.</summary>
    All,
}
