using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Virtward.Core.Results;
using Virtward.Linux.Control;

namespace Virtward.Control;

/// <summary>The daemon, over its socket.</summary>
/// <param name="client">The connection's other half.</param>
public sealed class RemoteControl(ControlClient client) : IGuardControl
{
    /// <inheritdoc/>
    public Task<Result<StatusDocument>> StatusAsync(CancellationToken cancel) =>
        AskAsync("GET", ControlRoutes.Status, default, ControlJson.Default.StatusDocument, cancel);

    /// <inheritdoc/>
    public Task<Result<BansDocument>> BansAsync(bool evidence, CancellationToken cancel) =>
        AskAsync("GET", evidence ? ControlRoutes.Bans : ControlRoutes.BansWithoutEvidence, default, ControlJson.Default.BansDocument, cancel);

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> BanAsync(BanRequest request, CancellationToken cancel) =>
        ChangeAsync(ControlRoutes.Ban, JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.BanRequest), cancel);

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> UnbanAsync(TargetRequest request, CancellationToken cancel) =>
        ChangeAsync(ControlRoutes.Unban, JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.TargetRequest), cancel);

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> AllowAsync(AllowRequest request, CancellationToken cancel) =>
        ChangeAsync(ControlRoutes.Allow, JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.AllowRequest), cancel);

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> DisallowAsync(TargetRequest request, CancellationToken cancel) =>
        ChangeAsync(ControlRoutes.Disallow, JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.TargetRequest), cancel);

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> FlushAsync(CancellationToken cancel) =>
        ChangeAsync(ControlRoutes.Flush, default, cancel);

    private Task<Result<ChangeDocument>> ChangeAsync(string route, ReadOnlyMemory<byte> body, CancellationToken cancel) =>
        AskAsync("POST", route, body, ControlJson.Default.ChangeDocument, cancel);

    private async Task<Result<T>> AskAsync<T>(
        string method, string route, ReadOnlyMemory<byte> body, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        Result<ControlAnswer?> sent = await client.SendAsync(method, route, body, cancel);
        if (!sent.TryGet(out ControlAnswer? answer, out Problem? problem))
        {
            return problem;
        }

        if (answer is null)
        {
            return new Problem("the daemon has just gone", Hint: "try again; it is started with: systemctl start virtward");
        }

        try
        {
            if (answer.Status == 200)
            {
                return JsonSerializer.Deserialize(answer.Body.Span, type) is { } document
                    ? document
                    : new Problem("the daemon answered with nothing");
            }

            return JsonSerializer.Deserialize(answer.Body.Span, ControlJson.Default.ProblemDocument)?.ToProblem()
                ?? new Problem($"the daemon refused with status {answer.Status}");
        }
        catch (JsonException e)
        {
            return new Problem($"the daemon's answer cannot be read ({e.Message})", Hint: "it may be of another version: restart it");
        }
    }
}
