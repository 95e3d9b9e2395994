using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;

namespace Virtward.Output;

/// <summary>
/// Draws who reaches what: the zones on the left, the firewall, and behind it the host, its forwarded ports and its guests. A line is a way in; red ones
/// should not be. One SVG file without scripts or anything from elsewhere, readable on light and dark ground.
/// </summary>
public sealed class ExposurePicture
{
    private const int Width = 1080;
    private const int ZoneX = 24;
    private const int ZoneWidth = 230;
    private const int ZoneHeight = 74;
    private const int ZoneGap = 26;
    private const int WallX = 372;
    private const int WallWidth = 26;
    private const int ChipX = 560;
    private const int ChipWidth = 496;
    private const int ChipHeight = 40;
    private const int ChipGap = 8;
    private const int Top = 108;
    private const int GroupHead = 30;

    // What fits into a chip and a zone by the widest of the fonts (DejaVu Sans): 13 pixels and bold, 12 pixels and bold, 12 pixels.
    private const int NameLength = 54;
    private const int WrongLength = 58;
    private const int ToldLength = 67;
    private const int ZoneLength = 29;

    // More than two dozen chips are no picture any more; what is left out is said, and it is the least worrying, because rows come worst first.
    private const int MaxRows = 24;
    private const int MaxPaths = 6;

    private const string Style = """
        .p{--bg:#fbfaf8;--edge:#d6d0c4;--ink:#1c1917;--dim:#6b645c;--box:#fff;--wall:#e7e2d9;--fine:#15803d;--look:#b45309;--wrong:#c81e1e;--closed:#a8a29a}
        @media (prefers-color-scheme:dark){.p{--bg:#16181c;--edge:#3a3f47;--ink:#f1efec;--dim:#a9b0ba;--box:#1f2329;--wall:#2a2f37;--fine:#4ade80;--look:#fbbf24;--wrong:#f87171;--closed:#6b7280}}
        text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--ink)}
        .t{font-size:19px;font-weight:650}.h{font-weight:650}.d{fill:var(--dim);font-size:12px}
        .ground{fill:var(--bg)}.box{fill:var(--box);stroke:var(--edge)}.wall{fill:var(--wall);stroke:var(--edge)}
        .l{fill:none;stroke-width:2}.fine{stroke:var(--fine)}.look{stroke:var(--look)}.wrong{stroke:var(--wrong);stroke-width:2.6}.closed{stroke:var(--edge)}
        .limited{stroke-dasharray:7 5}.unproven{stroke-dasharray:2 4}
        .tfine{fill:var(--fine)}.tlook{fill:var(--look)}.twrong{fill:var(--wrong);font-weight:650}.tclosed{fill:var(--closed)}
        """;

    private readonly StringBuilder _svg = new();
    private readonly ExposureReport _report;
    private readonly Dictionary<string, int> _zoneY = [];

    private ExposurePicture(ExposureReport report) => _report = report;

    /// <summary>The picture as the text of an SVG file.</summary>
    public static string Draw(ExposureReport report) => new ExposurePicture(report).Draw();

    private string Draw()
    {
        ImmutableArray<ExposureRow> paths =
        [
            .. _report.Paths.Where(static row => row.Concern >= Concern.Look).OrderByDescending(static row => row.Concern).Take(MaxPaths),
        ];
        ImmutableArray<ExposureRow> rows = [.. _report.Rows.Take(MaxRows - paths.Length)];
        List<(string Title, List<ExposureRow> Rows)> groups = Groups(rows.AddRange(paths));
        int right = Top + groups.Sum(group => GroupHead + (group.Rows.Count * (ChipHeight + ChipGap)) + 14);
        int left = Top + (_report.Zones.Length * (ZoneHeight + ZoneGap));
        int bottom = Math.Max(Math.Max(left, right), Top + 160);
        int more = _report.Rows.Length - rows.Length;
        int height = bottom + (more > 0 ? 78 : 56);
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" class="p" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" role="img" aria-label="{Escape($"Who reaches what on {_report.Host}")}">""");
        Line($"<style>{Style}</style>");
        Line($"""<rect class="ground" width="{Width}" height="{height}" rx="10"/>""");
        Text(ZoneX, 38, "t", $"Who reaches what on {_report.Host}");
        Text(ZoneX, 60, "d", Summary());
        Text(ZoneX, Top - 16, "h", "from");
        Text(WallX - 14, Top - 16, "h", "firewall");
        Zones();
        Line($"""<rect class="wall" x="{WallX}" y="{Top}" width="{WallWidth}" height="{bottom - Top}" rx="4"/>""");
        Chips(groups);
        Legend(bottom + 34, more);
        Line("</svg>");
        return _svg.ToString();
    }

    private static List<(string Title, List<ExposureRow> Rows)> Groups(ImmutableArray<ExposureRow> rows)
    {
        var groups = new List<(string, List<ExposureRow>)>();
        foreach ((EndpointPlace place, string title) in new[]
        {
            (EndpointPlace.Host, "KVM host"),
            (EndpointPlace.Published, "forwarded by the host"),
            (EndpointPlace.Guest, "guests, by their own address"),
            (EndpointPlace.Container, "containers, by their own address"),
            (EndpointPlace.Network, "networks, through the host"),
        })
        {
            List<ExposureRow> of = [.. rows.Where(row => row.Endpoint.Place == place)];
            if (of.Count > 0)
            {
                groups.Add((title, of));
            }
        }

        return groups;
    }

    private string Summary()
    {
        int wrong = _report.Rows.Count(static row => row.Concern == Concern.Wrong);
        int look = _report.Rows.Count(static row => row.Concern == Concern.Look);
        string guesses = _report.Zones.Any(static zone => zone.Guess is not null) ? " Zones are guessed: no policy names them." : "";
        return $"{Words.Count(_report.Rows.Length, "endpoint")}: {wrong} reachable that should not be, {look} to look at.{Words.Ways(_report)}{guesses}";
    }

    private void Zones()
    {
        int y = Top;
        foreach (ZoneView zone in _report.Zones)
        {
            _zoneY[zone.Name] = y;
            Line($"""<rect class="box" x="{ZoneX}" y="{y}" width="{ZoneWidth}" height="{ZoneHeight}" rx="8"/>""");
            Text(ZoneX + 14, y + 25, "h", zone.Guess is null ? zone.Name : $"{zone.Name} (guessed)");
            Text(ZoneX + 14, y + 44, "d", Fit(zone.Sources.IsEmpty ? "any source" : zone.Sources.ToString(), ZoneLength));
            Text(ZoneX + 14, y + 61, "d", Fit(zone.Entries.IsEmpty ? "no interface" : $"by {string.Join(", ", zone.Entries)}", ZoneLength));
            if (!_report.Rows.Any(row => row.Cells.Any(cell => cell.Zone == zone.Name && cell.Concern != Concern.Closed)))
            {
                // A way that ends at the wall: from here nothing is reached.
                int middle = y + (ZoneHeight / 2);
                Line($"""<path class="l closed" d="M{ZoneX + ZoneWidth} {middle}H{WallX - 8}"/>""");
                Text(ZoneX + ZoneWidth + 22, middle - 8, "d", "nothing");
            }

            y += ZoneHeight + ZoneGap;
        }
    }

    private void Chips(List<(string Title, List<ExposureRow> Rows)> groups)
    {
        var ways = new StringBuilder();
        int y = Top;
        foreach ((string title, List<ExposureRow> rows) in groups)
        {
            Text(ChipX, y + 18, "h", title);
            y += GroupHead;
            foreach (ExposureRow row in rows)
            {
                Chip(row, y);
                Ways(ways, row, y + (ChipHeight / 2));
                y += ChipHeight + ChipGap;
            }

            y += 14;
        }

        _svg.Append(ways);
    }

    private void Chip(ExposureRow row, int y)
    {
        Endpoint endpoint = row.Endpoint;
        string style = ClassOf(row.Concern);
        Line($"""<rect class="box {(row.Concern == Concern.Closed ? "" : style)}" x="{ChipX}" y="{y}" width="{ChipWidth}" height="{ChipHeight}" rx="8"/>""");
        string name = endpoint.Destination is { } zone ? zone.Name == Zone.Host ? "the host, whatever listens" : $"to {zone.Name}"
            : endpoint.Service.Name.Length > 0 ? $"{endpoint.Service.Name}  {endpoint.PortText}" : endpoint.PortText;
        string owner = endpoint.Place == EndpointPlace.Host ? "" : endpoint.Owner;
        Text(ChipX + 12, y + 17, "h", Fit(owner.Length > 0 ? $"{owner}: {name}" : name, NameLength));
        string told = Told(row);
        Text(ChipX + 12, y + 33, $"d t{style}", Fit(told, row.Concern == Concern.Wrong ? WrongLength : ToldLength), told);
    }

    private static string Told(ExposureRow row)
    {
        // Of a network, what is in order is not the picture's news.
        Concern least = row.Endpoint.Place == EndpointPlace.Network ? Concern.Look : Concern.Fine;
        Cell[] open = [.. row.Cells.Where(cell => cell.Concern >= least).OrderByDescending(static cell => cell.Concern)];
        return open.Length == 0
            ? "closed to every zone"
            : string.Join(" · ", open.Select(static cell => $"{cell.Zone}: {(cell.OpenPorts.Length > 0 ? $"{cell.Words} → {cell.OpenPorts}" : cell.Words)}"));
    }

    private void Ways(StringBuilder to, ExposureRow row, int y)
    {
        foreach (Cell cell in row.Cells)
        {
            if (cell.Concern == Concern.Closed || (row.Endpoint.Place == EndpointPlace.Network && cell.Concern < Concern.Look) || !_zoneY.TryGetValue(cell.Zone, out int zone))
            {
                continue;
            }

            string dash = !cell.Sets.Accepted.IsEmpty ? "" : !cell.Sets.Limited.IsEmpty ? " limited" : " unproven";
            int from = zone + (ZoneHeight / 2);
            to.Append(
                CultureInfo.InvariantCulture,
                $"""<path class="l {ClassOf(cell.Concern)}{dash}" d="M{ZoneX + ZoneWidth} {from}C{WallX - 40} {from} {WallX + WallWidth + 20} {y} {ChipX} {y}m-8 -4l8 4l-8 4"><title>""")
                .Append(Escape($"{cell.Zone} → {row.Endpoint.Name}: {cell.Words}"))
                .Append("</title></path>\n");
        }
    }

    private void Legend(int y, int left)
    {
        int x = ZoneX;
        foreach ((string style, string text) in new[]
        {
            ("wrong", "should not be"), ("look", "look at it"), ("fine", "as it should be"), ("fine limited", "by time or luck"), ("fine unproven", "unproven"),
        })
        {
            Line($"""<path class="l {style}" d="M{x} {y - 4}h34"/>""");
            Text(x + 42, y, "d", text);
            x += 58 + (text.Length * 7) + 20;
        }

        if (left > 0)
        {
            Text(ZoneX, y + 24, "d", $"and {Words.Count(left, "endpoint")} more, less worrying (virtward exposure --json)");
        }
    }

    private static string ClassOf(Concern concern) => concern switch
    {
        Concern.Wrong => "wrong",
        Concern.Look => "look",
        Concern.Fine => "fine",
        _ => "closed",
    };

    // The whole of what was cut is shown under the pointer.
    private void Text(int x, int y, string style, string text, string? whole = null) =>
        Line($"""<text class="{style}" x="{x}" y="{y}">{Escape(text)}{(whole is null || whole == text ? "" : $"<title>{Escape(whole)}</title>")}</text>""");

    private void Line(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private void Line(string line) => _svg.Append(line).Append('\n');

    private static string Fit(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    // Names come from guests, processes and interfaces: whoever chooses them must not choose what the picture is made of.
    private static string Escape(string text) => WebUtility.HtmlEncode(Words.Safe(text));
}
