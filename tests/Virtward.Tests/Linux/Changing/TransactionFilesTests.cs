using Virtward.Linux.Changing;
using Xunit;

namespace Virtward.Tests.Linux.Changing;

public sealed class TransactionFilesTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("virtward-test-").FullName;

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public void Only_folders_with_a_journal_are_transactions()
    {
        var files = new TransactionFiles(_state);
        Assert.True(files.Create("20261128-050000-abcd", "{}").IsOk);
        Directory.CreateDirectory(Path.Combine(_state, "transactions", "somebodys-copy"));
        File.WriteAllText(Path.Combine(_state, "transactions", "notes"), "mine");
        Assert.Equal(["20261128-050000-abcd"], files.List().Value);
    }
}
