using System.Collections.Immutable;
using System.Diagnostics;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>The guard under demonstration: this same program, as <c>guard run</c>, inside the host.</summary>
public sealed class DemoGuard : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(Prefix Prefix, long Heard)> _bans = [];
    private readonly List<(Address Address, TaskCompletionSource<long> Banned)> _waiting = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<GuardWord> _heard;
    private ChildProcess? _process;

    private DemoGuard(Action<GuardWord> heard) => _heard = heard;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="self">How to start this program.</param>
    /// <param name="network">The cables.</param>
    /// <param name="scratch">Where its policy and state go.</param>
    /// <param name="heard">Told about each event, on the reading thread.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<DemoGuard>> StartAsync(
        ImmutableArray<string> self, DemoNetwork network, ScratchDirectory scratch, Action<GuardWord> heard, CancellationToken cancel)
    {
        var guard = new DemoGuard(heard);
        string policy = scratch.Write("policy.yaml", DemoPolicy.Text);
        var spec = new ChildSpec(
            self[0],
            [.. self[1..], "guard", "run", "--policy", policy, "--log", DemoSshd.Log, "--state", scratch.Make("state"), "--json"])
        {
            Network = network.Host,
            OnOutputLine = guard.Hear,
        };
        if (!ChildProcess.Start(spec).TryGet(out guard._process, out Problem? problem))
        {
            return problem;
        }

        Task first = await Task.WhenAny(guard._ready.Task, guard._process.Exited, Task.Delay(TimeSpan.FromSeconds(20), cancel));
        return first == guard._ready.Task ? guard
            : guard._process.Exited.IsCompleted ? new Problem($"the guard did not start ({(await guard._process.Exited).LastWords})")
            : new Problem("the guard was not ready within 20 s");
    }

    /// <summary>Ends as soon as the guard has said that an address is banned, alone or with its subnet, with the moment it was heard.</summary>
    public Task<long> WhenBanned(Address address)
    {
        lock (_gate)
        {
            foreach ((Prefix prefix, long heard) in _bans)
            {
                if (prefix.Contains(address))
                {
                    return Task.FromResult(heard);
                }
            }

            var banned = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((address, banned));
            return banned.Task;
        }
    }

    /// <summary>Whether an address is banned, alone or with its subnet.</summary>
    public bool IsBanned(Address address)
    {
        lock (_gate)
        {
            return _bans.Exists(ban => ban.Prefix.Contains(address));
        }
    }

    /// <summary>Stops it as systemd would, and says whether it ended by itself, without an error.</summary>
    public async Task<bool> StopAsync()
    {
        await _process!.StopAsync(TimeSpan.FromSeconds(5));
        return (await _process.Exited).ExitCode == 0;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Hear(string line)
    {
        long now = Stopwatch.GetTimestamp();
        if (GuardWord.Read(line) is not { } word)
        {
            return;
        }

        if (word.Type == "ready")
        {
            _ready.TrySetResult();
        }

        if (word is { Type: "ban", Target: { } target })
        {
            Release(target, now);
        }

        _heard(word);
    }

    private void Release(Prefix target, long now)
    {
        lock (_gate)
        {
            _bans.Add((target, now));
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (target.Contains(_waiting[i].Address))
                {
                    _waiting[i].Banned.TrySetResult(now);
                    _waiting.RemoveAt(i);
                }
            }
        }
    }
}
