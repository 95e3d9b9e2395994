using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Virtward.Core.Results;
using Virtward.Linux.Control;

namespace Virtward.Control;

/// <summary>
/// The control API: HTTP on a unix socket that root and the group virtward may use (0660). Who can open the socket may ask for
/// anything; there is no other right to check.
/// </summary>
public sealed class ControlServer : IAsyncDisposable
{
    private const int MaxRequestBytes = 64 * 1024;
    private readonly WebApplication _app;
    private readonly IGuardControl _guard;

    private ControlServer(WebApplication app, IGuardControl guard)
    {
        _app = app;
        _guard = guard;
        _app.Run(AnswerAsync);
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="socketPath">Where; what an earlier daemon left there is removed.</param>
    /// <param name="guard">Who answers.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<ControlServer>> StartAsync(string socketPath, IGuardControl guard, CancellationToken cancel)
    {
        Result<Done> free = ControlSocket.Prepare(socketPath);
        if (!free.IsOk)
        {
            return free.Problem;
        }

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.ListenUnixSocket(socketPath, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var server = new ControlServer(builder.Build(), guard);
        try
        {
            await server._app.StartAsync(cancel);
        }
        catch (IOException e)
        {
            await server.DisposeAsync();
            return new Problem($"cannot listen for commands ({e.Message})", socketPath, "is its folder there and writable?");
        }

        Result<Done> opened = ControlSocket.OpenToGroup(socketPath);
        if (!opened.IsOk)
        {
            await server.DisposeAsync();
            return opened.Problem;
        }

        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        CancellationToken cancel = context.RequestAborted;
        return (context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET", ControlRoutes.Status) => ReplyAsync(context, _guard.StatusAsync(cancel), ControlJson.Default.StatusDocument),
            ("GET", ControlRoutes.Bans) => ReplyAsync(context, _guard.BansAsync(WantsEvidence(context), cancel), ControlJson.Default.BansDocument),
            ("POST", ControlRoutes.Ban) => ChangeAsync(context, ControlJson.Default.BanRequest, _guard.BanAsync),
            ("POST", ControlRoutes.Unban) => ChangeAsync(context, ControlJson.Default.TargetRequest, _guard.UnbanAsync),
            ("POST", ControlRoutes.Allow) => ChangeAsync(context, ControlJson.Default.AllowRequest, _guard.AllowAsync),
            ("POST", ControlRoutes.Disallow) => ChangeAsync(context, ControlJson.Default.TargetRequest, _guard.DisallowAsync),
            ("POST", ControlRoutes.Flush) => ReplyAsync(context, _guard.FlushAsync(cancel), ControlJson.Default.ChangeDocument),
            _ => RefuseAsync(context, 404, new Problem("there is no such request", context.Request.Path.Value, "see docs/control-api.md")),
        };
    }

    private static bool WantsEvidence(HttpContext context) => context.Request.Query[ControlRoutes.Evidence] != "false";

    private static async Task ChangeAsync<TRequest>(
        HttpContext context,
        JsonTypeInfo<TRequest> type,
        Func<TRequest, CancellationToken, Task<Result<ChangeDocument>>> change)
        where TRequest : class
    {
        TRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        }
        catch (JsonException e)
        {
            // Its own message speaks of .NET's types.
            await RefuseAsync(context, 400, new Problem(
                string.Create(CultureInfo.InvariantCulture, $"the request cannot be read: at byte {e.BytePositionInLine + 1} of line {e.LineNumber + 1} ({e.Path ?? "$"}) it is no JSON, or a member is unknown, missing or of another kind"),
                Hint: "see docs/control-api.md"));
            return;
        }
        catch (IOException e)
        {
            await RefuseAsync(context, 400, new Problem($"the request cannot be read ({e.Message})", Hint: "see docs/control-api.md"));
            return;
        }

        if (request is null)
        {
            await RefuseAsync(context, 400, new Problem("the request is empty", Hint: "see docs/control-api.md"));
            return;
        }

        await ReplyAsync(context, change(request, context.RequestAborted), ControlJson.Default.ChangeDocument);
    }

    private static async Task ReplyAsync<T>(HttpContext context, Task<Result<T>> asked, JsonTypeInfo<T> type)
    {
        Result<T> result = await asked;
        if (!result.TryGet(out T? document, out Problem? problem))
        {
            await RefuseAsync(context, 409, problem);
            return;
        }

        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, document, type, context.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext context, int status, Problem problem)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(
            context.Response.Body, ProblemDocument.Of(problem), ControlJson.Default.ProblemDocument, context.RequestAborted);
    }
}
