using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Xunit;

namespace Virtward.Tests.Core.Snapshots;

public sealed class SnapshotArchiveTests
{
    private static readonly Snapshot Sample = new Snapshot()
        .With(SnapshotNames.NftText, "table inet x {\n}\n")
        .With("libvirt/domain-web1.xml", "<domain><name>wéb1</name></domain>")
        .With(SnapshotNames.Meta, SnapshotMetaText.Write(new SnapshotMeta { Host = "kvm1", Missing = new Snapshot().Without("nft.json", "not asked for").Missing }));

    [Fact]
    public void What_is_written_is_read_again()
    {
        Result<Snapshot> read = SnapshotArchive.Read(new MemoryStream(Packed(Sample)), "s.tar.gz");
        Assert.True(read.IsOk, read.Problem?.ToString());
        Assert.Equal(Sample.Files, read.Value.Files);
        Assert.Equal("not asked for", read.Value.Missing["nft.json"]);
    }

    [Theory]
    [InlineData("./")]
    [InlineData("kvm1-snapshot/")]
    [InlineData("./kvm1-snapshot/")]
    public void An_archive_packed_by_hand_may_hold_the_folder(string folder)
    {
        Result<Snapshot> read = Read(tar =>
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, folder));
            Add(tar, $"{folder}libvirt/domain-a.xml", "<domain/>");
            Add(tar, $"{folder}ip-link.json", "[]");
        });
        Assert.True(read.IsOk, read.Problem?.ToString());
        Assert.Equal(["ip-link.json", "libvirt/domain-a.xml"], read.Value.Files.Keys);
    }

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("libvirt/../../x")]
    [InlineData("libvirt/a/b")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    public void Names_that_lead_elsewhere_are_refused(string name)
    {
        Result<Snapshot> read = Read(tar =>
        {
            Add(tar, "ip-link.json", "[]");
            Add(tar, name, "x");
        });
        Assert.NotNull(read.Problem);
        Assert.Contains("no snapshot has", read.Problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public void Links_and_devices_are_refused(TarEntryType type)
    {
        Result<Snapshot> read = Read(tar =>
        {
            var entry = new PaxTarEntry(type, "nft.txt");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "/etc/shadow";
            }

            tar.WriteEntry(entry);
        });
        Assert.Contains("something else than files", read.Problem!.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_twice_a_file_too_large_and_no_snapshot_at_all_are_refused()
    {
        Assert.Contains("twice", Read(tar =>
        {
            Add(tar, "nft.txt", "a");
            Add(tar, "nft.txt", "b");
        }).Problem!.What, StringComparison.Ordinal);
        Assert.Contains("nothing that a snapshot has", Read(tar => Add(tar, "readme", "a")).Problem!.What, StringComparison.Ordinal);
        var collector = new SnapshotCollector("x");
        Assert.NotNull(collector.Refuses("nft.txt", SnapshotCollector.MaxFile + 1L));
        Assert.NotNull(collector.Refuses("nft.txt", -1));
        Assert.Null(collector.Refuses("nft.txt", 1));
    }

    [Fact]
    public void A_header_that_claims_gigabytes_costs_nothing()
    {
        byte[] header = new byte[1024];
        Encoding.ASCII.GetBytes("nft.txt").CopyTo(header, 0);
        Encoding.ASCII.GetBytes("0000600\0").CopyTo(header, 100);
        Encoding.ASCII.GetBytes("77777777777\0").CopyTo(header, 124);
        Encoding.ASCII.GetBytes("00000000000\0").CopyTo(header, 136);
        header[156] = (byte)'0';
        Encoding.ASCII.GetBytes("ustar\00000").CopyTo(header, 257);
        header.AsSpan(148, 8).Fill((byte)' ');
        int sum = header.Take(512).Sum(static b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(header);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Result<Snapshot> read = SnapshotArchive.Read(new MemoryStream(packed.ToArray()), "s.tar.gz");
        Assert.NotNull(read.Problem);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
    }

    [Fact]
    public void Damage_is_a_problem_and_never_thrown()
    {
        byte[] good = Packed(Sample);
        var random = new Random(11);
        for (int round = 0; round < 2000; round++)
        {
            byte[] bad = round % 2 == 0 ? good.ToArray() : Unpacked(good);
            for (int i = random.Next(1, 8); i > 0; i--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            bad = bad[..(round % 5 == 0 ? random.Next(bad.Length) : bad.Length)];
            using var stream = new MemoryStream(round % 2 == 0 ? bad : Gzipped(bad));
            Result<Snapshot> read = SnapshotArchive.Read(stream, "s.tar.gz");
            Assert.True(read.IsOk || read.Problem.On == "s.tar.gz");
        }
    }

    [Theory]
    [InlineData("web1", "web1")]
    [InlineData("a/b", "a%2f%b")]
    [InlineData("50%", "50%25%")]
    [InlineData("é", "%e9%")]
    public void Any_text_becomes_a_part_of_a_name(string text, string expected)
    {
        Assert.Equal(expected, Snapshot.NamePart(text));
        Assert.True(Snapshot.IsName(SnapshotNames.Domains + Snapshot.NamePart(text)));
        Assert.True(Snapshot.IsName(SnapshotNames.Domains + Snapshot.NamePart(new string('é', 5000))));
    }

    private static Result<Snapshot> Read(Action<TarWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            write(tar);
        }

        using var stream = new MemoryStream(Gzipped(bytes.ToArray()));
        return SnapshotArchive.Read(stream, "s.tar.gz");
    }

    private static void Add(TarWriter tar, string name, string text) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });

    private static byte[] Packed(Snapshot snapshot)
    {
        using var to = new MemoryStream();
        SnapshotArchive.Write(snapshot, to, DateTimeOffset.UnixEpoch);
        return to.ToArray();
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var to = new MemoryStream();
        using var from = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        from.CopyTo(to);
        return to.ToArray();
    }

    private static byte[] Gzipped(byte[] bytes)
    {
        using var to = new MemoryStream();
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return to.ToArray();
    }
}
