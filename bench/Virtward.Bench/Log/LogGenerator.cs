namespace Virtward.Bench.Log;

/// <summary>
/// Makes a log like that of a KVM host on the Internet: by default 70 % noise, half of it sshd's own, and 30 % attacks on sshd. The same
/// seed and options make the same bytes.
/// </summary>
internal sealed class LogGenerator
{
    private const double ForgedNames = 0.005;

    private static readonly byte[][] Names = Words("admin test oracle ubuntu user postgres guest ftpuser git hadoop pi deploy mysql jenkins www");
    private static readonly byte[][] Accounts = Words("root root root root admin daemon nobody");
    private static readonly byte[][] People = Words("alice bob carol dave");

    private readonly Random _random;
    private readonly LineBuffer _line;
    private readonly LineHead _head = new();
    private readonly double _attacks;
    private readonly StampFormat? _format;
    private long _attackLines;
    private long _time;
    private int _pid = 1000;

    /// <summary>A generator.</summary>
    /// <param name="options">Seed, lines, share of attacks and stamps.</param>
    /// <param name="output">Where the log goes.</param>
    public LogGenerator(BenchOptions options, Stream output)
    {
        _random = new Random(options.Seed);
        _line = new LineBuffer(output);
        _attacks = options.Attacks;
        _format = options.Stamps == "mixed" ? null : Enum.Parse<StampFormat>(options.Stamps, ignoreCase: true);
        Attackers = new Attackers(_random, (int)Math.Clamp(options.Lines / 500, 200, 20_000));
    }

    /// <summary>The time of the first line of the next <see cref="Write"/>.</summary>
    public DateTimeOffset Start { get; set; } = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How much time goes by between two lines, on average.</summary>
    public TimeSpan MeanGap { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Who attacks, and how often each has tried: the truth to hold results against.</summary>
    public Attackers Attackers { get; }

    /// <summary>Lines of attacks.</summary>
    public long AttackLines => _attackLines;

    /// <summary>All lines.</summary>
    public long Lines => _line.Lines;

    /// <summary>All bytes.</summary>
    public long Bytes => _line.Bytes;

    /// <summary>Attempts whose user name is made to look like the end of another line.</summary>
    public long Forged { get; private set; }

    /// <summary>Writes the log until it has so many lines in all, and those that belong to the last one's session.</summary>
    public void Write(long lines)
    {
        _time = (Start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (_line.Lines < lines)
        {
            if (_attackLines < _attacks * _line.Lines || (_attacks > 0 && _random.NextDouble() < _attacks * 0.2))
            {
                long before = _line.Lines;
                Attack();
                _attackLines += _line.Lines - before;
            }
            else if (_random.Next(2) == 0)
            {
                SshdNoise();
            }
            else
            {
                OtherNoise();
            }
        }

        _line.Flush();
    }

    private void Attack()
    {
        int attacker = Attackers.Next(_random);
        ReadOnlySpan<byte> from = Attackers.Text(attacker);
        int port = _random.Next(1024, 65536);
        int pid = NextPid();
        int attempts = 1;
        double kind = _random.NextDouble();
        if (kind < ForgedNames)
        {
            Forged++;
            Sshd(pid).Add("Failed password for invalid user root from 198.51.100."u8).Add(_random.Next(256)).Add(" port 22 ssh2 from "u8);
            _line.Add(from).Add(" port "u8).Add(port).Add(" ssh2"u8).End();
        }
        else if (kind < 0.45)
        {
            ReadOnlySpan<byte> account = Pick(Accounts);
            if (_random.Next(4) == 0)
            {
                Sshd(pid).Add("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost="u8).Add(from);
                _line.Add("  user="u8).Add(account).End();
            }

            Sshd(pid).Add("Failed password for "u8).Add(account).Add(" from "u8).Add(from).Add(" port "u8).Add(port).Add(" ssh2"u8).End();
            if (_random.Next(25) == 0)
            {
                attempts += 2;
                Sshd(pid).Add("message repeated 2 times: [ Failed password for "u8).Add(account).Add(" from "u8).Add(from);
                _line.Add(" port "u8).Add(port).Add(" ssh2]"u8).End();
            }

            Sshd(pid).Add("Connection closed by authenticating user "u8).Add(account).Add(" "u8).Add(from).Add(" port "u8).Add(port);
            _line.Add(" [preauth]"u8).End();
        }
        else
        {
            ReadOnlySpan<byte> name = Pick(Names);
            Sshd(pid).Add("Invalid user "u8).Add(name).Add(" from "u8).Add(from).Add(" port "u8).Add(port).End();
            Sshd(pid).Add("Failed password for invalid user "u8).Add(name).Add(" from "u8).Add(from).Add(" port "u8).Add(port);
            _line.Add(" ssh2"u8).End();
            Sshd(pid).Add(_random.Next(2) == 0 ? "Disconnected from invalid user "u8 : "Connection closed by invalid user "u8).Add(name);
            _line.Add(" "u8).Add(from).Add(" port "u8).Add(port).Add(" [preauth]"u8).End();
        }

        Attackers.Tried(attacker, attempts);
    }

    private void SshdNoise()
    {
        ReadOnlySpan<byte> person = Pick(People);
        int host = _random.Next(2, 250);
        int port = _random.Next(1024, 65536);
        int pid = NextPid();
        Sshd(pid).Add("Accepted publickey for "u8).Add(person).Add(" from 192.168.1."u8).Add(host).Add(" port "u8).Add(port);
        _line.Add(" ssh2: ED25519 SHA256:2k1Jxq0m4J3bq0kQm8nA1i3n5pY5m1h9Hq3uXl5N0aE"u8).End();
        Sshd(pid).Add("pam_unix(sshd:session): session opened for user "u8).Add(person).Add("(uid=1000) by (uid=0)"u8).End();
        Sshd(pid).Add("Received disconnect from 192.168.1."u8).Add(host).Add(" port "u8).Add(port);
        _line.Add(":11: disconnected by user"u8).End();
        Sshd(pid).Add("pam_unix(sshd:session): session closed for user "u8).Add(person).End();
    }

    private void OtherNoise()
    {
        // About as many lines as a session of sshd's noise has.
        for (int i = 0; i < 4; i++)
        {
            switch (_random.Next(5))
            {
                case 0:
                    Head("CRON"u8, NextPid()).Add("pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"u8).End();
                    break;
                case 1:
                    Head("systemd"u8, 1).Add("Started session-"u8).Add(_random.Next(10_000)).Add(".scope - Session of User alice."u8).End();
                    break;
                case 2:
                    Head("dnsmasq-dhcp"u8, 812).Add("DHCPACK(virbr0) 192.168.122."u8).Add(_random.Next(2, 250));
                    _line.Add(" 52:54:00:3a:1c:77 guest-"u8).Add(_random.Next(100)).End();
                    break;
                case 3:
                    Head("kernel"u8, 0).Add("virbr0: port "u8).Add(_random.Next(1, 20)).Add("(vnet"u8).Add(_random.Next(20));
                    _line.Add(") entered forwarding state"u8).End();
                    break;
                default:
                    Head("postfix/smtpd"u8, NextPid()).Add("connect from mail-"u8).Add(_random.Next(1000)).Add(".example.net[192.0.2."u8);
                    _line.Add(_random.Next(256)).Add("]"u8).End();
                    break;
            }
        }
    }

    private LineBuffer Sshd(int pid) => Head("sshd"u8, pid);

    private LineBuffer Head(ReadOnlySpan<byte> program, int pid)
    {
        _time += _random.NextInt64(1 + (2 * MeanGap.Ticks / TimeSpan.TicksPerMicrosecond));
        _head.Write(_line, _format ?? (StampFormat)_random.Next(4), _time, program, pid);
        return _line;
    }

    private int NextPid() => _pid = _pid >= 4_000_000 ? 1000 : _pid + _random.Next(1, 4);

    private ReadOnlySpan<byte> Pick(byte[][] words) => words[_random.Next(words.Length)];

    private static byte[][] Words(string words) => [.. words.Split(' ').Select(System.Text.Encoding.ASCII.GetBytes)];
}
