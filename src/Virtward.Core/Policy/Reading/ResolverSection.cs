namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>resolver:</c>.</summary>
public static class ResolverSection
{
    /// <summary>Reads it.</summary>
    public static ResolverPolicy Read(YamlItem item, ProblemList problems)
    {
        Section section = Section.Open(item, "resolver", problems, "manage", "llmnr", "multicast-dns");
        var standard = new ResolverPolicy();
        return new ResolverPolicy
        {
            Managed = section.Read("manage", standard.Managed, Values.Flag),
            Llmnr = section.Read("llmnr", standard.Llmnr, Values.Flag),
            MulticastDns = section.Read("multicast-dns", standard.MulticastDns, Values.Flag),
        };
    }
}
