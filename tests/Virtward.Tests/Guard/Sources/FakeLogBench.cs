using System.IO.Compression;
using System.Runtime.InteropServices;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;

namespace Virtward.Tests.Guard.Sources;

/// <summary>
/// A file system in memory, as hostile as a real one may be: an inode number is used again as soon as the file is gone, names are
/// listed in no good order, and the clock moves by a microsecond a change only.
/// </summary>
public sealed class FakeLogBench : ILogBench, ILogFiles
{
    private readonly SortedDictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly List<Node> _living = [];
    private readonly List<FakeWatch> _watches = [];

    public FakeLogBench(bool polling)
    {
        IsPolling = polling;
        MakeDirectory("/");
        MakeDirectory(Root);
    }

    public ILogFiles Files => this;

    public bool IsPolling { get; }

    public ManualClock Clock { get; } = new(runs: false);

    public string Root => "/var";

    /// <summary>What happens to the files between two looks of their reader; called before each.</summary>
    public Action Meanwhile { get; set; } = () => { };

    /// <summary>Paths that cannot be opened now.</summary>
    public HashSet<string> Unreadable { get; } = [];

    public bool Exists(string path) => _nodes.ContainsKey(path);

    /// <summary>Gives a file the time of another, as gzip(1) and logrotate(8) do with a compressed one.</summary>
    public void CopyTime(string from, string to) => _nodes[to].Modified = _nodes[from].Modified;

    public byte[] ContentOf(string path) => [.. _nodes[path].Content];

    public void Append(string path, ReadOnlySpan<byte> bytes)
    {
        path = Resolve(path);
        if (!_nodes.TryGetValue(path, out Node? node))
        {
            node = Add(path, new Node());
        }

        node.Content.AddRange(bytes);
        Touch(node);
    }

    public void Rename(string from, string to)
    {
        Node node = _nodes[from];
        node.Links++;
        Delete(from);
        Delete(to);
        node.Links--;
        Put(to, node);
        Touch(node, isContent: false);
    }

    public void Copy(string from, string to)
    {
        byte[] content = [.. _nodes[Resolve(from)].Content];
        if (_nodes.TryGetValue(to, out Node? existing))
        {
            existing.Content.Clear();
        }

        Append(to, content);
    }

    public void Truncate(string path)
    {
        Node node = _nodes[Resolve(path)];
        node.Content.Clear();
        Touch(node);
    }

    public void Delete(string path)
    {
        if (_nodes.Remove(path, out Node? node))
        {
            node.Links--;
            Release(node);
            TouchDirectory(path);
        }
    }

    public void Link(string target, string path)
    {
        Delete(path);
        Add(path, new Node { Target = target });
    }

    public void MakeDirectory(string path) => Add(path, new Node { IsDirectory = true });

    public void Compress(string path)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write([.. _nodes[path].Content]);
        }

        Append(path + ".gz", packed.ToArray());
        CopyTime(path, path + ".gz");
        Delete(path);
    }

    public void Dispose()
    {
    }

    public Result<ILogFile?> Open(string path)
    {
        Meanwhile();
        if (Unreadable.Contains(path))
        {
            return new Problem("cannot open the log file", path, "Permission denied");
        }

        if (!_nodes.TryGetValue(Resolve(path), out Node? node))
        {
            return Result<ILogFile?>.Ok(null);
        }

        if (node.IsDirectory)
        {
            return new Problem("cannot follow what is not a regular file", path);
        }

        node.Opened++;
        return Result<ILogFile?>.Ok(new FakeFile(this, node));
    }

    public Result<Stream> OpenOnce(string path) => new MemoryStream([.. _nodes[Resolve(path)].Content]);

    public Result<LogFileState?> Stat(string path)
    {
        Meanwhile();
        return Result<LogFileState?>.Ok(_nodes.TryGetValue(Resolve(path), out Node? node) ? node.State : null);
    }

    public Result<IReadOnlyList<LogFileEntry>> List(string directory, Func<string, bool> accept)
    {
        Meanwhile();
        return _nodes
            .Where(pair => !pair.Value.IsDirectory && ParentOf(pair.Key) == directory && accept(NameOf(pair.Key)))
            .Select(pair => new LogFileEntry(NameOf(pair.Key), _nodes[Resolve(pair.Key)].State))
            .Reverse()
            .ToList();
    }

    public IReadOnlyList<string> Expand(string pattern)
    {
        if (!Glob.HasWildcard(pattern))
        {
            return [pattern];
        }

        string[] parts = pattern.Split('/');
        return [.. _nodes.Keys.Where(path => path.Split('/') is var names && names.Length == parts.Length && names.Zip(parts).All(pair => Glob.Matches(pair.Second, pair.First)))];
    }

    public Result<IFileWatch> Watch()
    {
        if (IsPolling)
        {
            return new Problem("cannot watch log files", null, "too many open files");
        }

        var watch = new FakeWatch(this);
        _watches.Add(watch);
        return watch;
    }

    private string Resolve(string path)
    {
        while (_nodes.TryGetValue(path, out Node? node) && node.Target is { } target)
        {
            path = target;
        }

        return path;
    }

    private Node Add(string path, Node node)
    {
        ulong number = 2;
        while (_living.Exists(living => living.Number == number))
        {
            number++;
        }

        node.Number = number;
        node.Watch = _living.Count == 0 ? 1 : _living.Max(living => living.Watch) + 1;
        _living.Add(node);
        Put(path, node);
        return node;
    }

    private void Put(string path, Node node)
    {
        node.Links++;
        _nodes.Add(path, node);
        TouchDirectory(path);
    }

    private void Release(Node node)
    {
        if (node.Links == 0 && node.Opened == 0)
        {
            _living.Remove(node);
        }
    }

    private void Touch(Node node, bool isContent = true)
    {
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        node.Modified = isContent ? UnixTime.Now(Clock) : node.Modified;
        _watches.ForEach(watch => watch.Changed.Add(node.Watch));
    }

    private void TouchDirectory(string path)
    {
        if (_nodes.TryGetValue(ParentOf(path), out Node? directory))
        {
            Touch(directory);
        }
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private sealed class Node
    {
        public List<byte> Content { get; } = [];

        public ulong Number { get; set; }

        public int Watch { get; set; }

        public int Links { get; set; }

        public int Opened { get; set; }

        public UnixTime Modified { get; set; }

        public bool IsDirectory { get; init; }

        public string? Target { get; init; }

        public LogFileState State => new(new FileIdentity(1, Number), Content.Count, Modified, Links);
    }

    private sealed class FakeFile(FakeLogBench bench, Node node) : ILogFile
    {
        private bool _closed;

        public Node Node => node;

        public Result<LogFileState> State() => node.State;

        public Result<int> Read(long offset, Span<byte> buffer)
        {
            Assert(!_closed);
            bench.Meanwhile();
            if (offset >= node.Content.Count)
            {
                return 0;
            }

            ReadOnlySpan<byte> rest = CollectionsMarshal.AsSpan(node.Content)[(int)offset..];
            int count = Math.Min(rest.Length, buffer.Length);
            rest[..count].CopyTo(buffer);
            return count;
        }

        public void Dispose()
        {
            Assert(!_closed);
            _closed = true;
            node.Opened--;
            bench.Release(node);
        }

        private static void Assert(bool holds)
        {
            if (!holds)
            {
                throw new InvalidOperationException("the file is closed already");
            }
        }
    }

    private sealed class FakeWatch(FakeLogBench bench) : IFileWatch
    {
        private readonly HashSet<int> _numbers = [];

        public HashSet<int> Changed { get; } = [];

        public int Descriptor => -1;

        public Result<int> WatchFile(ILogFile file) => Watch(((FakeFile)file).Node);

        public Result<int> WatchDirectory(string path) =>
            bench._nodes.TryGetValue(path, out Node? node) && node.IsDirectory ? Watch(node) : new Problem("there is no directory", path);

        public void Unwatch(int number) => _numbers.Remove(number);

        public bool Drain(ISet<int> changed)
        {
            changed.UnionWith(Changed.Where(_numbers.Contains));
            Changed.Clear();
            return true;
        }

        public void Dispose() => bench._watches.Remove(this);

        private Result<int> Watch(Node node)
        {
            _numbers.Add(node.Watch);
            return node.Watch;
        }
    }
}
