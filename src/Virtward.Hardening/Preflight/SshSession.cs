using Virtward.Core.Net;

namespace Virtward.Hardening.Preflight;

/// <summary>The SSH connection that a plan is applied from (sshd's <c>SSH_CONNECTION</c>).</summary>
/// <param name="Client">The administrator's address, as it arrives here.</param>
/// <param name="Local">The host's address that it came to.</param>
/// <param name="Port">The host's port that it came to.</param>
public sealed record SshSession(Address Client, Address Local, ushort Port);
