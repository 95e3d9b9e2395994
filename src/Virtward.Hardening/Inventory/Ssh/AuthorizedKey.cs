using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>A public key: of authorized_keys, or a host's own.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Type">Its type, such as <c>ssh-ed25519</c>; empty: the line could not be read.</param>
/// <param name="Bits">Its length; 0: not known.</param>
/// <param name="Comment">What stands behind it.</param>
public sealed record AuthorizedKey(string Path, int Line, string Type, int Bits, string Comment)
{
    /// <summary>The names of its options; <c>from</c> with its value.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>Whether it stands for an authority whose certificates are taken.</summary>
    public bool IsAuthority => Options.Contains("cert-authority");

    /// <summary>What is wrong with it by today's measure, a clause; null: nothing.</summary>
    public string? Weakness => Type switch
    {
        "" => null,
        _ when Type.StartsWith("ssh-dss", StringComparison.Ordinal) => "is a DSA key, which has 80 bits of strength at most",
        _ when Type.StartsWith("ssh-rsa", StringComparison.Ordinal) && Bits is > 0 and < MinimumRsa => $"is an RSA key of {Bits} bits; {MinimumRsa} are the least",
        _ when Type.StartsWith("ecdsa-", StringComparison.Ordinal) => "is an ECDSA key, whose signatures give the key away where the random numbers are poor",
        _ => null,
    };

    /// <summary>The least length of an RSA key: 128 bits of strength, as NIST SP 800-57 counts.</summary>
    public const int MinimumRsa = 3072;

    /// <summary>For a person: <c>ssh-rsa, 2048 bits, admin@desk</c>.</summary>
    public override string ToString() => $"{Type}, {Bits} bits{(Comment.Length > 0 ? $", {Comment}" : "")}";
}
