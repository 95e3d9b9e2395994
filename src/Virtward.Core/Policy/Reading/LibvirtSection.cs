namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>libvirt:</c>.</summary>
public static class LibvirtSection
{
    /// <summary>Reads it.</summary>
    public static LibvirtPolicy Read(YamlItem item, ProblemList problems)
    {
        Section section = Section.Open(item, "libvirt", problems, "manage", "tls", "local-consoles", "guest-names");
        var standard = new LibvirtPolicy();
        return new LibvirtPolicy
        {
            Managed = section.Read("manage", standard.Managed, Values.Flag),
            Tls = section.Read("tls", standard.Tls, Values.Flag),
            GuestNames = section.Read("guest-names", standard.GuestNames, Values.Flag),
            LocalConsoles = section.Read("local-consoles", standard.LocalConsoles, Values.Flag),
        };
    }
}
