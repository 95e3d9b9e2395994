using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

/// <summary>What following means, for every implementation of the seam, with notifications and without.</summary>
public abstract class FollowingConformance
{
    private static readonly TimeSpan BeyondGrace = TimeSpan.FromSeconds(13);

    protected abstract ILogBench NewBench();

    private Follower Follow(params string[] patterns) => new(NewBench(), patterns);

    [Fact]
    public void Lines_come_whole_and_once()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "one\ntwo\n");
        log.Settle();
        log.Append("auth.log", "thr");
        log.Settle();
        Assert.Equal(["one", "two"], log.Lines);
        log.Append("auth.log", "ee\nfour\n");
        log.Settle();
        log.Settle();
        Assert.Equal(["one", "two", "three", "four"], log.Lines);
    }

    [Fact]
    public void A_source_says_whether_it_waits_for_its_file()
    {
        using Follower log = Follow("auth.log");
        log.Settle();
        Assert.True(log.Counts.IsWaiting);
        log.Append("auth.log", "one\n");
        log.Settle();
        Assert.False(log.Counts.IsWaiting);
        log.Bench.Delete($"{log.Bench.Root}/auth.log");
        log.Settle();
        Assert.True(log.Counts.IsWaiting);
    }

    [Fact]
    public void A_file_that_is_there_at_the_first_start_is_read_from_its_beginning()
    {
        ILogBench bench = NewBench();
        bench.Append($"{bench.Root}/auth.log", "old 1\nold 2\n"u8);
        using var log = new Follower(bench, "auth.log");
        Assert.Equal(["old 1", "old 2"], log.Lines);
    }

    [Fact]
    public void Of_a_very_long_file_only_the_end_is_read_at_the_first_start()
    {
        ILogBench bench = NewBench();
        bench.Append($"{bench.Root}/auth.log", "line 01\nline 02\nline 03\nline 04\n"u8);
        using var log = new Follower(bench, new SourceOptions { WholeUpTo = 20, OnlyLast = 20 }, "auth.log");
        Assert.Equal(["line 03", "line 04"], log.Lines);
    }

    [Fact]
    public void Bytes_stay_as_they_are_except_the_line_end()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "crlf\r\nnul\0nul\nlatin \u00e9\u00ff\n\n\r\nx\r\r\n");
        log.Settle();
        Assert.Equal(["crlf", "nul\0nul", "latin \u00e9\u00ff", "", "", "x\r"], log.Lines);
    }

    [Fact]
    public void A_line_that_is_too_long_is_skipped_and_counted()
    {
        ILogBench bench = NewBench();
        using var log = new Follower(bench, new SourceOptions { MaxLine = 100, BlockSize = 256 }, "auth.log");
        log.Append("auth.log", "before\n" + new string('x', 100) + "\n");
        log.Append("auth.log", new string('y', 101) + "\nbetween\n");
        for (int i = 0; i < 40; i++)
        {
            log.Append("auth.log", new string('z', 77));
            log.Settle();
        }

        log.Append("auth.log", " from 203.0.113.9 port 22 ssh2\nafter\n");
        log.Settle();
        Assert.Equal(["before", new string('x', 100), "between", "after"], log.Lines);
        Assert.Equal(2, log.Counts.TooLong);
    }

    [Fact]
    public void Lines_that_come_together_are_those_that_come_one_by_one()
    {
        var random = new Random(7);
        List<string> expected = [];
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < 3_000; i++)
        {
            string line = random.Next(8) == 0 ? "" : $"{i} {new string('x', random.Next(random.Next(100) == 0 ? 400 : 150))}";
            string end = random.Next(5) == 0 ? "\r" : "";
            text.Append(line).Append(end).Append('\n');
            if (line.Length + end.Length <= 160)
            {
                expected.Add(line);
            }
        }

        string all = text.ToString();
        SourceCounts? first = null;
        foreach (int togetherFrom in (int[])[1, 700, int.MaxValue])
        {
            using var log = new Follower(NewBench(), new SourceOptions { MaxLine = 160, BlockSize = 2_000, TogetherFrom = togetherFrom }, "auth.log");
            for (int at = 0; at < all.Length; at += 30_011)
            {
                log.Append("auth.log", all[at..Math.Min(at + 30_011, all.Length)]);
                log.Settle();
            }

            Assert.Equal(expected, log.Lines);
            first ??= log.Counts;
            Assert.Equal(first, log.Counts);
        }
    }

    [Fact]
    public void Renamed_and_created_anew()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "1\n");
        log.Settle();
        log.Append("auth.log", "2\n");
        log.Bench.Rename(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Append("auth.log.1", "3 by a writer that still holds it\n");
        log.Append("auth.log", "4\n");
        log.Settle();
        log.Append("auth.log.1", "5 still\n");
        log.Append("auth.log", "6\n");
        log.Settle();
        Assert.Equal(["1", "2", "3 by a writer that still holds it", "4", "5 still", "6"], log.Lines);
        Assert.Equal(1, log.Counts.Rotations);
    }

    [Fact]
    public void Several_rotations_between_two_looks()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "a1\n");
        log.Settle();
        log.Append("auth.log", "a2\n");
        for (char generation = 'b'; generation <= 'd'; generation++)
        {
            for (int number = 3; number > 0; number--)
            {
                string older = number == 1 ? "auth.log" : $"auth.log.{number - 1}";
                if (log.Bench.Files.Stat(log.Path(older)).Value is not null)
                {
                    log.Bench.Rename(log.Path(older), log.Path($"auth.log.{number}"));
                }
            }

            log.Append("auth.log", $"{generation}1\n{generation}2\n");
        }

        log.Settle();
        Assert.Equal(["a1", "a2", "b1", "b2", "c1", "c2", "d1", "d2"], log.Lines);
    }

    [Fact]
    public void Copied_and_truncated()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "a1\na2\n");
        log.Settle();
        log.Append("auth.log", "a3 unseen\n");
        log.Bench.Copy(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Bench.Truncate(log.Path("auth.log"));
        log.Append("auth.log", "b1\n");
        log.Settle();
        Assert.Equal(["a1", "a2", "a3 unseen", "b1"], log.Lines);
        Assert.Equal(1, log.Counts.Truncations);
        Assert.DoesNotContain(log.Sink.Troubles, IsGap);
    }

    [Fact]
    public void Copied_and_truncated_while_it_is_looked_at()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "a1\n");
        log.Settle();
        log.Bench.Copy(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Settle();
        log.Append("auth.log.1", "");
        log.Settle();
        log.Bench.Truncate(log.Path("auth.log"));
        log.Settle();
        log.Append("auth.log", "b1\n");
        log.Settle();
        Assert.Equal(["a1", "b1"], log.Lines);
    }

    [Fact]
    public void Copied_and_truncated_twice_between_two_looks()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "a1\n");
        log.Settle();
        log.Append("auth.log", "a2\n");
        log.Bench.Copy(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Bench.Truncate(log.Path("auth.log"));
        log.Append("auth.log", "b1\n");
        log.Bench.Rename(log.Path("auth.log.1"), log.Path("auth.log.2"));
        log.Bench.Copy(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Bench.Truncate(log.Path("auth.log"));
        log.Append("auth.log", "c1\n");
        log.Settle();
        Assert.Equal(["a1", "a2", "b1", "c1"], log.Lines);
    }

    [Fact]
    public void Truncated_and_grown_beyond_the_old_place()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "short\n");
        log.Settle();
        log.Bench.Truncate(log.Path("auth.log"));
        log.Append("auth.log", "longer than before\nand more\n");
        log.Settle();
        Assert.Equal(["short", "longer than before", "and more"], log.Lines);
    }

    [Fact]
    public void Deleted_and_created_anew()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "1\n");
        log.Settle();
        log.Append("auth.log", "2 unseen\n");
        log.Bench.Delete(log.Path("auth.log"));
        log.Settle();
        log.Pass(BeyondGrace);
        log.Append("auth.log", "3 perhaps in the same inode\n");
        log.Settle();
        Assert.Equal(["1", "2 unseen", "3 perhaps in the same inode"], log.Lines);
    }

    [Fact]
    public void Rotated_straight_to_gzip()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "1\n");
        log.Settle();
        log.Append("auth.log", "2 unseen\n");
        log.Bench.Rename(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Append("auth.log", "3\n");
        log.Bench.Compress(log.Path("auth.log.1"));
        log.Settle();
        log.Pass(BeyondGrace);
        Assert.Equal(["1", "2 unseen", "3"], log.Lines);
    }

    [Fact]
    public void A_symbolic_link_that_is_switched()
    {
        ILogBench bench = NewBench();
        bench.Append($"{bench.Root}/app-a", "a1\n"u8);
        bench.Append($"{bench.Root}/app-b", "b1\n"u8);
        bench.Link($"{bench.Root}/app-a", $"{bench.Root}/current");
        using var log = new Follower(bench, "current");
        log.Append("app-a", "a2\n");
        log.Settle();
        log.Append("app-a", "a3\n");
        bench.Link($"{bench.Root}/app-b", $"{bench.Root}/current");
        log.Append("app-b", "b2\n");
        log.Settle();
        Assert.Equal(["a1", "a2", "a3", "b1", "b2"], log.Lines);
    }

    [Fact]
    public void A_file_and_its_directories_that_appear_later()
    {
        using Follower log = Follow("app/deep/app.log");
        log.Settle();
        log.Bench.MakeDirectory(log.Path("app"));
        log.Settle();
        log.Bench.MakeDirectory(log.Path("app/deep"));
        log.Settle();
        log.Append("app/deep/app.log", "here\n");
        log.Settle();
        log.Append("app/deep/app.log", "there\n");
        log.Settle();
        Assert.Equal(["here", "there"], log.Lines);
    }

    [Fact]
    public void Globs_take_new_files_but_no_rotated_ones()
    {
        using Follower log = Follow("app*.log*", "other/*/x.log");
        log.Append("app1.log", "1\n");
        log.Settle();
        log.Append("app2.log", "2\n");
        log.Settle();
        log.Bench.Rename(log.Path("app1.log"), log.Path("app1.log.1"));
        log.Append("app1.log", "3\n");
        log.Settle();
        log.Bench.MakeDirectory(log.Path("other"));
        log.Settle();
        log.Bench.MakeDirectory(log.Path("other/y"));
        log.Settle();
        log.Append("other/y/x.log", "4\n");
        log.Settle();
        log.Pass(BeyondGrace);
        Assert.Equal(["1", "2", "3", "4"], log.Lines);
    }

    [Fact]
    public void A_file_that_moves_from_one_followed_name_to_another_is_read_once()
    {
        using Follower log = Follow("*.log");
        log.Append("app.log", "1\n");
        log.Settle();
        log.Append("app.log", "2\n");
        log.Bench.Rename(log.Path("app.log"), log.Path("app.1.log"));
        log.Append("app.log", "3\n");
        log.Settle();
        log.Append("app.1.log", "4\n");
        log.Settle();
        log.Pass(BeyondGrace);
        log.Append("app.1.log", "5\n");
        log.Settle();
        Assert.Equal(["1", "2", "3", "4", "5"], log.Lines.Order());
    }

    [Fact]
    public void A_file_that_is_moved_back_goes_on_where_it_was()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "1\n");
        log.Settle();
        log.Bench.Rename(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Settle();
        log.Pass(BeyondGrace);
        log.Bench.Rename(log.Path("auth.log.1"), log.Path("auth.log"));
        log.Append("auth.log", "2\n");
        log.Settle();
        Assert.Equal(["1", "2"], log.Lines);
    }

    [Fact]
    public void The_last_line_of_a_rotated_file_may_lack_its_end()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "1\n2 without");
        log.Settle();
        log.Bench.Rename(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Append("auth.log", "3\n");
        log.Settle();
        Assert.Equal(["1", "3"], log.Lines);
        log.Pass(BeyondGrace);
        Assert.Equal(["1", "3", "2 without"], log.Lines);
    }

    [Fact]
    public void A_late_writer_of_a_rotated_file_is_heard_at_the_next_rotation()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "1\n");
        log.Settle();
        log.Bench.Rename(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Append("auth.log", "2\n");
        log.Settle();
        log.Pass(BeyondGrace);
        log.Append("auth.log.1", "late\n");
        log.Bench.Rename(log.Path("auth.log.1"), log.Path("auth.log.2"));
        log.Settle();
        Assert.Equal(["1", "2", "late"], log.Lines);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("rename")]
    [InlineData("rename twice")]
    [InlineData("dated")]
    [InlineData("copytruncate")]
    [InlineData("copytruncate twice")]
    [InlineData("gzip")]
    [InlineData("rename, second to gzip")]
    [InlineData("moved away")]
    public void Goes_on_at_the_right_place_after_a_restart(string meanwhile)
    {
        ILogBench bench = NewBench();
        string path = $"{bench.Root}/auth.log";
        bench.Append(path + ".1", "long ago, rotated before the first start\n"u8);
        using var log = new Follower(bench, "auth.log");
        log.Append("auth.log", "1\n2 half");
        log.Settle();
        log.Stop();
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        log.Append("auth.log", " and half\n3\n");
        bench.Rename(path + ".1", path + ".8");
        switch (meanwhile)
        {
            case "rename":
                bench.Rename(path, path + ".1");
                log.Append("auth.log", "4\n");
                break;
            case "rename twice":
                bench.Rename(path, path + ".2");
                log.Append("auth.log.1", "4\n");
                log.Append("auth.log", "5\n");
                break;
            case "dated":
                bench.Rename(path, path + "-20261121");
                log.Append("auth.log-20261122", "4\n");
                log.Append("auth.log", "5\n");
                break;
            case "copytruncate":
                bench.Copy(path, path + ".1");
                bench.Truncate(path);
                log.Append("auth.log", "4\n");
                break;
            case "copytruncate twice":
                bench.Copy(path, path + ".2");
                bench.Truncate(path);
                log.Append("auth.log", "4 long enough to reach beyond the old place\n");
                bench.Copy(path, path + ".1");
                bench.Truncate(path);
                log.Append("auth.log", "5\n");
                break;
            case "gzip":
                bench.Rename(path, path + ".1");
                log.Append("auth.log", "4\n");
                bench.Compress(path + ".1");
                break;
            case "rename, second to gzip":
                bench.Rename(path, path + ".2");
                log.Append("auth.log.1", "4\n");
                log.Append("auth.log", "5\n");
                bench.Compress(path + ".2");
                bench.Compress(path + ".1");
                break;
            case "moved away":
                bench.Rename(path, path + ".1");
                break;
        }

        log.Start();
        string[] all = ["1", "2 half and half", "3", "4", "4 long enough to reach beyond the old place", "5"];
        Assert.Equal(all.Where(log.Lines.Contains), log.Lines);
        Assert.Contains("3", log.Lines);
        Assert.Equal(meanwhile is "nothing" or "moved away", !log.Lines.Exists(line => line[0] == '4'));
        Assert.Equal(meanwhile.Contains("twice", StringComparison.Ordinal) || meanwhile is "dated" || meanwhile.Contains("second", StringComparison.Ordinal), log.Lines.Contains("5"));
        Assert.DoesNotContain(log.Sink.Troubles, IsGap);

        log.Stop();
        log.Start();
        log.Append("auth.log", "6\n");
        log.Settle();
        log.Pass(BeyondGrace);
        Assert.Equal([.. all.Where(log.Lines.Contains), "6"], log.Lines);
    }

    [Fact]
    public void Another_file_in_the_same_inode_after_a_restart_is_read_from_its_beginning()
    {
        using Follower log = Follow("auth.log");
        log.Append("auth.log", "1 of the first file\n");
        log.Settle();
        log.Stop();
        log.Bench.Delete(log.Path("auth.log"));
        log.Append("auth.log", "1 of the second file, longer\n2\n");
        log.Start();
        Assert.Equal(["1 of the first file", "1 of the second file, longer", "2"], log.Lines);
        Assert.Single(log.Sink.Troubles, trouble => IsGap(trouble));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("1:2:-3:0:0:0:0:0")]
    [InlineData("1:2:3:0:999999:0:3:0")]
    [InlineData("1:2:99999999999999999999:0:0:0:0:0")]
    public void A_damaged_position_counts_as_none(string mark)
    {
        ILogBench bench = NewBench();
        bench.Append($"{bench.Root}/auth.log", "1\n"u8);
        using var log = new Follower(bench, "auth.log");
        log.Stop();
        log.Saved = [new SourcePosition($"file:{bench.Root}/auth.log", mark)];
        log.Start();
        Assert.Equal(["1", "1"], log.Lines);
    }

    [Fact]
    public void A_damaged_compressed_file_is_told_once()
    {
        ILogBench bench = NewBench();
        using var log = new Follower(bench, "auth.log");
        log.Append("auth.log", "one\n");
        log.Settle();
        log.Append("auth.log.9.gz", "no gzip");
        log.Pass(TimeSpan.FromSeconds(20));
        for (int rotation = 0; rotation < 2; rotation++)
        {
            bench.Rename(log.Path("auth.log"), log.Path($"auth.log.{2 - rotation}"));
            log.Append("auth.log", $"after {rotation}\n");
            log.Pass(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(["one", "after 0", "after 1"], log.Lines);
        Assert.Equal(1, log.Counts.Gaps);
        Assert.Single(log.Sink.Troubles, trouble => trouble.StartsWith("cannot unpack", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_takes_long_to_be_compressed_is_no_trouble()
    {
        ILogBench bench = NewBench();
        using var log = new Follower(bench, "auth.log");
        log.Append("auth.log", "one\n");
        log.Settle();
        bench.Rename(log.Path("auth.log"), log.Path("auth.log.1"));
        log.Append("auth.log", "two\n");
        log.Append("auth.log.1.gz", "\u001f\u008b\u0008");
        log.Pass(TimeSpan.FromSeconds(40));
        bench.Delete(log.Path("auth.log.1.gz"));
        bench.Compress(log.Path("auth.log.1"));
        log.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(["one", "two"], log.Lines);
        Assert.Equal(0, log.Counts.Gaps);
    }

    [Fact]
    public void Troubles_are_told_once_and_reading_goes_on()
    {
        using Follower log = Follow("auth.log", "directory");
        log.Bench.MakeDirectory(log.Path("directory"));
        log.Append("auth.log", "1\n");
        log.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(["1"], log.Lines);
        Assert.Single(log.Sink.Troubles, trouble => trouble.Contains("not a regular file", StringComparison.Ordinal));
    }

    private static bool IsGap(string trouble) => trouble.Contains("may have been missed", StringComparison.Ordinal);
}
