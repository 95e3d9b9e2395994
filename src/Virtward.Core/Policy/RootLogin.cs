namespace Virtward.Core.Policy;

/// <summary>How root may log in by SSH.</summary>
public enum RootLogin
{
    /// <summary>Not at all.</summary>
    No,

    /// <summary>With a key only (sshd's <c>prohibit-password</c>).</summary>
    Keys,
}
