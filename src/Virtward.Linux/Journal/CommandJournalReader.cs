using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Linux.Files;

namespace Virtward.Linux.Journal;

/// <summary>The journal through a <c>journalctl --follow -o export</c> child, where libsystemd is missing.</summary>
public sealed class CommandJournalReader : IJournalReader
{
    private const string Fields = "MESSAGE,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,_COMM,_PID,_UID";

    private readonly Process _process;
    private readonly SafeFileHandle _output;
    private readonly ExportParser _parser = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly PollEntry[] _poll = new PollEntry[1];
    private int _start;
    private int _end;
    private Problem? _trouble;
    private string? _cursor;
    private bool _hasEntry;

    private CommandJournalReader(Process process, string? cursor)
    {
        _process = process;
        _cursor = cursor;
        var pipe = (PipeStream)process.StandardOutput.BaseStream;
        _output = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
    }

    /// <inheritdoc/>
    public int Descriptor => FileCalls.Number(_output);

    /// <inheritdoc/>
    public TimeSpan Patience => TimeSpan.MaxValue;

    /// <inheritdoc/>
    public bool IsAlive { get; private set; } = true;

    /// <inheritdoc/>
    public string? Cursor
    {
        get
        {
            if (_hasEntry)
            {
                _cursor = _parser.Cursor;
                _hasEntry = false;
            }

            return _cursor;
        }
    }

    /// <summary>Starts the child; a problem where there is no journalctl.</summary>
    public static Result<IJournalReader> Open(JournalQuery query)
    {
        var start = new ProcessStartInfo("journalctl")
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            Environment = { ["LC_ALL"] = "C" },
        };
        foreach (string argument in Arguments(query))
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            Process process = Process.Start(start)!;
            process.StandardInput.Close();
            return new CommandJournalReader(process, query.AfterCursor);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new Problem("cannot read the journal: neither libsystemd nor journalctl can be used", null, e.Message + "; install systemd");
        }
    }

    /// <summary>The child's arguments, for journalctl(1); values are never read by a shell.</summary>
    public static IReadOnlyList<string> Arguments(JournalQuery query)
    {
        var arguments = new List<string> { "--output=export", "--output-fields=" + Fields, "--follow", "--no-tail", "--quiet", "--no-pager" };
        if (query.Directory is { } directory)
        {
            arguments.Add("--directory=" + directory);
        }

        long seconds = Math.Max(0, query.Since.Seconds);
        arguments.Add(query.AfterCursor is { } cursor
            ? "--after-cursor=" + cursor
            : string.Create(CultureInfo.InvariantCulture, $"--since=@{seconds}"));
        for (int i = 0; i < query.AnyOf.Length; i++)
        {
            if (i > 0)
            {
                arguments.Add("+");
            }

            arguments.AddRange(query.AnyOf[i].Select(match => match.ToString()));
        }

        return arguments;
    }

    /// <inheritdoc/>
    public bool TryRead(out JournalEntry entry)
    {
        while (true)
        {
            ReadOnlySpan<byte> input = _buffer.AsSpan(_start.._end);
            bool isComplete = _parser.TryParse(ref input);
            _start = _end - input.Length;
            if (isComplete)
            {
                _hasEntry = true;
                entry = _parser.Entry;
                return true;
            }

            if (!TryFill())
            {
                entry = default;
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public Problem? TakeTrouble()
    {
        Problem? trouble = _trouble;
        _trouble = null;
        return trouble;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        _output.Dispose();
        _process.Dispose();
    }

    /// <summary>Takes what the pipe holds, without waiting.</summary>
    private bool TryFill()
    {
        if (!IsAlive)
        {
            return false;
        }

        _poll[0] = new PollEntry { Descriptor = Descriptor, Events = FileCalls.PollIn };
        if (FileCalls.Poll(_poll, 1, 0) <= 0)
        {
            return false;
        }

        nint read = FileCalls.Read(_output, _buffer, (nuint)_buffer.Length);
        if (read > 0)
        {
            _start = 0;
            _end = (int)read;
            return true;
        }

        if (read == 0 || Marshal.GetLastPInvokeError() is not (FileCalls.Interrupted or FileCalls.TryAgain))
        {
            IsAlive = false;
            _process.WaitForExit();
            _trouble = new Problem(
                string.Create(CultureInfo.InvariantCulture, $"journalctl has ended with status {_process.ExitCode} and is started again"),
                null,
                "its own message is in this program's standard error");
        }

        return false;
    }
}
