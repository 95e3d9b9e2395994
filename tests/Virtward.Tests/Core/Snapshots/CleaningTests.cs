using Virtward.Core.Snapshots;
using Xunit;

namespace Virtward.Tests.Core.Snapshots;

public sealed class CleaningTests
{
    [Theory]
    [InlineData("password = hunter2", "password = (removed)")]
    [InlineData("  vnc_password=\"XYZ12345\"", "  vnc_password= (removed)")]
    [InlineData("#spice_password = \"old\"", "#spice_password = (removed)")]
    [InlineData("PrivateKey = aGVsbG8=", "PrivateKey = (removed)")]
    [InlineData("PresharedKey=aGVsbG8=", "PresharedKey= (removed)")]
    [InlineData("\"token\": \"abc\",", "\"token\": (removed)")]
    [InlineData("psk=\"wifi\"", "psk= (removed)")]
    [InlineData("requirepass secret", "requirepass secret")]
    [InlineData("auth-secret abc", "auth-secret (removed)")]
    [InlineData("baseurl=https://user:pw@repo.example/x", "baseurl=https://(removed)@repo.example/x")]
    [InlineData("deb https://repo.example/a@b stable", "deb https://repo.example/a@b stable")]
    [InlineData("PasswordAuthentication yes", "PasswordAuthentication yes")]
    [InlineData("vnc_password_file", "vnc_password_file")]
    [InlineData("password =", "password =")]
    [InlineData("minlen = 12", "minlen = 12")]
    public void Values_of_secrets_are_taken_out_and_nothing_else(string line, string clean) => Assert.Equal(clean, Cleaning.Secrets(line));

    [Fact]
    public void A_private_key_is_taken_out_and_what_follows_stays()
    {
        string text = "a\n-----BEGIN OPENSSH PRIVATE KEY-----\nMIIE\nsecret\n-----END OPENSSH PRIVATE KEY-----\nb\n";
        Assert.Equal("a\n-----BEGIN OPENSSH PRIVATE KEY-----\nb\n", Cleaning.Secrets(text));
        Assert.Equal("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n", Cleaning.Secrets("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n"));
    }

    [Theory]
    [InlineData("root:$y$j9T$abc:19000:0:99999:7:::", "root:(hash):19000:0:99999:7:::")]
    [InlineData("alice:!$6$abc:1::", "alice:!(hash):1::")]
    [InlineData("daemon:*:1::", "daemon:*:1::")]
    [InlineData("bob:!:1::", "bob:!:1::")]
    [InlineData("carol:!!:1::", "carol:!!:1::")]
    [InlineData("open::1::", "open::1::")]
    [InlineData("root:x:0:0:root:/root:/bin/bash", "root:x:0:0::/root:/bin/bash")]
    public void Hashes_go_and_locks_stay(string line, string clean) => Assert.Equal(clean, Cleaning.Hashes(line));

    [Fact]
    public void Cleaning_twice_changes_nothing_more()
    {
        const string text = "password: a\nx = https://u:p@h/ https://v:q@i/\n";
        string once = Cleaning.Secrets(text);
        Assert.DoesNotContain("q@", once, StringComparison.Ordinal);
        Assert.Equal(once, Cleaning.Secrets(once));
    }
}
