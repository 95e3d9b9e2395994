using Virtward.Control;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Control;
using Xunit;

namespace Virtward.Tests.Control;

/// <summary>The control API over a real socket: client and server, and hostile requests.</summary>
public sealed class ControlTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-control-");
    private readonly EchoGuard _guard = new();
    private ControlServer? _server;

    private string Socket => Path.Combine(_folder.FullName, "run", "control.sock");

    private ControlClient Client => new(Socket);

    public async ValueTask InitializeAsync()
    {
        Result<ControlServer> started = await ControlServer.StartAsync(Socket, _guard, TestContext.Current.CancellationToken);
        Assert.True(started.IsOk, started.Problem?.ToString());
        _server = started.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Questions_and_changes_come_back_as_they_were_answered()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Assert.True(await Client.IsListeningAsync(cancel));
        var remote = new RemoteControl(Client);
        StatusDocument status = (await remote.StatusAsync(cancel)).Value;
        Assert.Equal((true, 3), (status.Running, status.Bans.InForce));
        BansDocument bans = (await remote.BansAsync(evidence: true, cancel)).Value;
        Assert.Equal(5_000, bans.Bans.Count);
        Assert.All(bans.Bans, ban => Assert.Equal("the line", ban.Evidence));
        Assert.All((await remote.BansAsync(evidence: false, cancel)).Value.Bans, ban => Assert.Null(ban.Evidence));
        ChangeDocument change = (await remote.BanAsync(new BanRequest("203.0.113.7", 60, "wörds \"quoted\"", true), cancel)).Value;
        Assert.Equal("203.0.113.7 60 wörds \"quoted\" True", change.Message);
    }

    [Fact]
    public async Task An_answer_that_comes_before_the_asker_has_finished_is_read_all_the_same()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), cancel, async (_, stop) =>
        {
            Result<StatusDocument> status = await new RemoteControl(Client).StatusAsync(stop);
            Assert.True(status.IsOk, status.Problem?.ToString());
        });
    }

    [Fact]
    public async Task A_refusal_is_the_same_problem_on_both_sides()
    {
        Result<ChangeDocument> refused = await new RemoteControl(Client).UnbanAsync(new TargetRequest("x"), TestContext.Current.CancellationToken);
        Assert.Equal(new Problem("that is no address", "x", "write one"), refused.Problem);
    }

    [Theory]
    [InlineData("POST", ControlRoutes.Ban, "", 400)]
    [InlineData("POST", ControlRoutes.Ban, "null", 400)]
    [InlineData("POST", ControlRoutes.Ban, "{\"target\":1}", 400)]
    [InlineData("POST", ControlRoutes.Ban, "{\"target\":\"1.2.3.4\",\"seconds\":1,\"reason\":\"\",\"force\":false,\"extra\":1}", 400)]
    [InlineData("POST", ControlRoutes.Ban, "{\"target\":\"1.2.3.4\"}", 400)]
    [InlineData("GET", ControlRoutes.Ban, "", 404)]
    [InlineData("GET", "/../etc/passwd", "", 404)]
    [InlineData("DELETE", ControlRoutes.Bans, "", 404)]
    public async Task Requests_that_make_no_sense_are_refused(string method, string route, string body, int status)
    {
        Result<ControlAnswer?> answer = await Client.SendAsync(
            method, route, System.Text.Encoding.UTF8.GetBytes(body), TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.Value!.Status);
        string told = System.Text.Encoding.UTF8.GetString(answer.Value.Body.Span);
        Assert.Contains("\"what\":", told, StringComparison.Ordinal);
        Assert.DoesNotContain(".NET", told, StringComparison.Ordinal);
        Assert.DoesNotContain("Virtward.Control", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_huge_request_is_refused_and_the_server_goes_on()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Result<ControlAnswer?> answer = await Client.SendAsync("POST", ControlRoutes.Ban, new byte[10_000_000], cancel);
        Assert.True(!answer.IsOk || answer.Value!.Status is 400 or 413);
        Assert.True((await new RemoteControl(Client).StatusAsync(cancel)).IsOk);
    }

    [Fact]
    public async Task The_socket_is_ours_alone_and_a_second_server_is_refused()
    {
        UnixFileMode mode = File.GetUnixFileMode(Socket);
        Assert.Equal((UnixFileMode)0, mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute));
        Result<ControlServer> second = await ControlServer.StartAsync(Socket, _guard, TestContext.Current.CancellationToken);
        Assert.Contains("another Virtward is at work", second.Problem!.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_listens_there_is_no_answer_and_no_problem()
    {
        var nobody = new ControlClient(Path.Combine(_folder.FullName, "none.sock"));
        Assert.False(await nobody.IsListeningAsync(TestContext.Current.CancellationToken));
        Result<ControlAnswer?> answer = await nobody.SendAsync("GET", ControlRoutes.Status, default, TestContext.Current.CancellationToken);
        Assert.True(answer.IsOk);
        Assert.Null(answer.Value);
    }

    private sealed class EchoGuard : IGuardControl
    {
        public Task<Result<StatusDocument>> StatusAsync(CancellationToken cancel) => Task.FromResult<Result<StatusDocument>>(
            new StatusDocument { Version = "1", Running = true, Bans = new BanTotals(3, 1, 256, 0, 3) });

        public Task<Result<BansDocument>> BansAsync(bool evidence, CancellationToken cancel) => Task.FromResult<Result<BansDocument>>(new BansDocument(
        [
            .. Enumerable.Range(0, 5_000).Select(i => new BanDocument
            {
                Address = Address.FromV4((uint)i).ToString(), Since = "", Until = "", Jail = "sshd", Origin = "jail", Reason = "r", Evidence = evidence ? "the line" : null,
                Sightings = 1, Members = 1, Addresses = 1, Repeats = 0, Simulated = false, Ports = [],
            }),
        ]));

        public Task<Result<ChangeDocument>> BanAsync(BanRequest request, CancellationToken cancel) => Task.FromResult<Result<ChangeDocument>>(
            new ChangeDocument(true, $"{request.Target} {request.Seconds} {request.Reason} {request.Force}", [request.Target]));

        public Task<Result<ChangeDocument>> UnbanAsync(TargetRequest request, CancellationToken cancel) =>
            Task.FromResult<Result<ChangeDocument>>(new Problem("that is no address", request.Target, "write one"));

        public Task<Result<ChangeDocument>> AllowAsync(AllowRequest request, CancellationToken cancel) => throw new InvalidOperationException();

        public Task<Result<ChangeDocument>> DisallowAsync(TargetRequest request, CancellationToken cancel) => throw new InvalidOperationException();

        public Task<Result<ChangeDocument>> FlushAsync(CancellationToken cancel) => throw new InvalidOperationException();
    }
}
