using Virtward.Linux.Snapshots;
using Xunit;

namespace Virtward.Tests.Linux.Snapshots;

public sealed class SecretFreeXmlTests
{
    [Fact]
    public void Every_secret_goes_and_the_rest_stays()
    {
        string? clean = SecretFreeXml.Of(
            """
            <!-- S3CRET in a comment -->
            <domstatus state='running'><monitor path='/run/x' type='unix'/><cookie>S3CRET</cookie>
            <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <name>web1</name><title>S3CRET</title><description>S3CRET</description>
              <metadata><x:y xmlns:x='urn:x' token='S3CRET'>S3CRET</x:y></metadata>
              <os><cmdline>root=/dev/vda pw=S3CRET</cmdline></os>
              <sysinfo type='fwcfg'><entry name='opt/cloud'>S3CRET</entry></sysinfo>
              <launchSecurity type='sev'><session>S3CRET</session></launchSecurity>
              <devices>
                <disk type='network'><source protocol='https' name='u:S3CRET@x' query='t=S3CRET'><host name='h'/><cookies><cookie name='a'>S3CRET</cookie></cookies></source>
                  <auth username='u'><secret type='ceph' uuid='abc'/></auth></disk>
                <disk type='file'><source file='https://user:S3CRET@host/a.img'/></disk>
                <graphics type='vnc' port='5901' listen='0.0.0.0' passwd='S3CRET' passwdValidTo='2030-01-01T00:00:00'/>
                <interface type='bridge'><mac address='52:54:00:11:22:33'/><source bridge='br0'/></interface>
              </devices>
              <qemu:commandline>
                <qemu:arg value='-vnc'/><qemu:arg value='0.0.0.0:3,password=S3CRET'/>
                <qemu:arg value='-object'/><qemu:arg value='secret,id=s,data=S3CRET'/>
                <qemu:arg value='-drive'/><qemu:arg value='S3CRET'/><qemu:arg value='S3CRET'/>
                <qemu:env name='A' value='S3CRET'/>
              </qemu:commandline>
            </domain></domstatus>
            """,
            "domain");
        Assert.NotNull(clean);
        Assert.DoesNotContain("S3CRET", clean, StringComparison.Ordinal);
        Assert.StartsWith("<domain", clean, StringComparison.Ordinal);
        Assert.Contains("passwd=\"(removed)\"", clean, StringComparison.Ordinal);
        Assert.Contains("0.0.0.0:3,password=(removed)", clean, StringComparison.Ordinal);
        Assert.Contains("52:54:00:11:22:33", clean, StringComparison.Ordinal);
        Assert.Contains("port=\"5901\"", clean, StringComparison.Ordinal);
    }

    [Fact]
    public void Xml_out_of_measure_is_left_out()
    {
        const int Deep = 100_000;
        Assert.Null(SecretFreeXml.Of(string.Concat(Enumerable.Repeat("<domain>", Deep)) + string.Concat(Enumerable.Repeat("</domain>", Deep)), "domain"));
        Assert.Null(SecretFreeXml.Of($"<domain>{new string('x', 5_000_000)}</domain>", "domain"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<domain>")]
    [InlineData("<other/>")]
    [InlineData("<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><domain>&e;</domain>")]
    [InlineData("<!DOCTYPE d [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]><domain>&b;</domain>")]
    public void What_is_no_such_xml_or_has_a_document_type_is_left_out(string text) => Assert.Null(SecretFreeXml.Of(text, "domain"));
}
