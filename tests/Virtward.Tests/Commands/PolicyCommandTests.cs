using System.Text;
using System.Text.Json;
using Virtward.Commands;
using Xunit;

namespace Virtward.Tests.Commands;

public sealed class PolicyCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("virtward-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Every_mistake_is_told_on_stdout_and_the_exit_code_is_1()
    {
        string path = Write("version: 1\nssh: { root-login: yes }\nkernal: {}\n");
        (int code, string output, string error) = await RunAsync("policy", "check", path);
        Assert.Equal(ExitCode.No, code);
        Assert.Equal($"{path}:2:20: expected 'no' or 'keys', found 'yes'\n{path}:3:1: unknown key 'kernal' in the policy (did you mean 'kernel'?)\n", output);
        Assert.Equal("", error);
    }

    [Fact]
    public async Task A_good_policy_is_told_in_a_line()
    {
        string path = Write("version: 1\nzones: { vpn: { interfaces: [wg0] } }\naudit: { profile: edge }\n");
        (int code, string output, _) = await RunAsync("policy", "check", path);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal($"{path}: no mistakes; 1 zone, 0 services, 0 jails, profile edge\n", output);
    }

    [Fact]
    public async Task What_cannot_be_read_is_exit_code_2()
    {
        (int code, string output, string error) = await RunAsync("policy", "check", Path.Combine(_directory, "absent.yaml"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal("", output);
        Assert.StartsWith("virtward: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_folder_is_called_one()
    {
        (int code, _, string error) = await RunAsync("policy", "check", _directory);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal($"virtward: is a folder, not a file: {_directory} (name the file in it)\n", error);
    }

    [Fact]
    public async Task Json_is_one_document()
    {
        string path = Write("version: 1\nguard: { jails: { sshdd: } }\n");
        (int code, string output, _) = await RunAsync("policy", "check", path, "--json");
        Assert.Equal(ExitCode.No, code);
        JsonElement root = JsonDocument.Parse(output).RootElement;
        Assert.False(root.GetProperty("good").GetBoolean());
        JsonElement mistake = Assert.Single(root.GetProperty("mistakes").EnumerateArray());
        Assert.Equal((2, 19), (mistake.GetProperty("line").GetInt32(), mistake.GetProperty("column").GetInt32()));
        Assert.Equal("there is no built-in filter 'sshdd'", mistake.GetProperty("what").GetString());
        Assert.Equal("did you mean sshd?", mistake.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task The_schema_is_in_the_program()
    {
        (int code, string output, _) = await RunAsync("policy", "schema");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal("Virtward policy", JsonDocument.Parse(output).RootElement.GetProperty("title").GetString());
    }

    private string Write(string text)
    {
        string path = Path.Combine(_directory, "policy.yaml");
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var bytes = new MemoryStream();
        await using var output = new StreamWriter(bytes, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        int code = await CommandTree.RunAsync(new CommandHost { Out = output, OutBytes = bytes, Error = error, Clock = TimeProvider.System }, args, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }
}
