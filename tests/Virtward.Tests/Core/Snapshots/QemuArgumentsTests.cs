using Virtward.Core.Snapshots;
using Xunit;

namespace Virtward.Tests.Core.Snapshots;

public sealed class QemuArgumentsTests
{
    [Theory]
    [InlineData("-vnc 127.0.0.1:0,audiodev=audio1", "vnc 127.0.0.1 5900")]
    [InlineData("-vnc 0.0.0.0:3,websocket=5703,share=allow-exclusive", "vnc 0.0.0.0 5903|vnc-websocket 0.0.0.0 5703")]
    [InlineData("-vnc vnc=[::]:1,websocket=on", "vnc :: 5901|vnc-websocket :: 5701")]
    [InlineData("-vnc unix:/run/x.sock", "")]
    [InlineData("-vnc none", "")]
    [InlineData("-display vnc=:2", "vnc  5902")]
    [InlineData("-spice port=5910,tls-port=5911,addr=10.0.0.1,disable-ticketing=on", "spice 10.0.0.1 5910|spice-tls 10.0.0.1 5911")]
    [InlineData("-s", "gdb  1234")]
    [InlineData("-gdb tcp::4321", "gdb  4321")]
    [InlineData("-incoming tcp:[::]:49152", "migration :: 49152")]
    [InlineData("-incoming defer", "")]
    [InlineData("-monitor tcp:0.0.0.0:4444,server,nowait", "monitor 0.0.0.0 4444")]
    [InlineData("-monitor tcp:192.0.2.1:4444", "")]
    [InlineData("-qmp telnet:0.0.0.0:4445,server=on,wait=off", "monitor 0.0.0.0 4445")]
    [InlineData("-serial tcp:0.0.0.0:4446,server=on", "serial 0.0.0.0 4446")]
    [InlineData("-chardev socket,id=charmonitor,host=0.0.0.0,port=4447,server=on,wait=off", "monitor 0.0.0.0 4447")]
    [InlineData("-chardev socket,id=charserial0,host=127.0.0.1,port=4448,server=on", "serial 127.0.0.1 4448")]
    [InlineData("-chardev socket,id=charserial0,host=127.0.0.1,port=4448", "")]
    [InlineData("-chardev socket,id=charmonitor,fd=24,server=on,wait=off", "")]
    [InlineData("-vnc", "")]
    [InlineData("-vnc :99999999999", "")]
    [InlineData("-incoming {\"channel-type\":\"main\",\"addr\":{\"transport\":\"socket\",\"type\":\"inet\",\"host\":\"0.0.0.0\",\"port\":\"49153\"}}", "migration 0.0.0.0 49153")]
    [InlineData("-incoming {", "")]
    [InlineData("-incoming {\"addr\":7,\"type\":\"\\ud800\"}", "")]
    public void What_qemu_listens_with(string line, string expected) => Assert.Equal(
        expected,
        string.Join('|', QemuArguments.Endpoints([.. line.Split(' ')]).Select(static endpoint => $"{endpoint.Purpose} {endpoint.Listen} {endpoint.Port}")));

    [Theory]
    [InlineData("-name guest=web1,debug-threads=on", "web1")]
    [InlineData("-name guest=a,,b,process=x", "a,b")]
    [InlineData("-name plain", "plain")]
    [InlineData("-name", null)]
    [InlineData("-m 512", null)]
    public void The_guests_name(string line, string? expected) => Assert.Equal(expected, QemuArguments.GuestName([.. line.Split(' ')]));
}
