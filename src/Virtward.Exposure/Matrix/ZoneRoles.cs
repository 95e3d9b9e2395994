using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Matrix;

/// <summary>Which part of the model a zone plays, by its name.</summary>
public static class ZoneRoles
{
    /// <summary>The role of a zone's name.</summary>
    public static ZoneRole Of(string zone) => zone switch
    {
        Zone.Internet => ZoneRole.Internet,
        Zone.Management => ZoneRole.Management,
        Zone.Vpn => ZoneRole.Vpn,
        Zone.Guests => ZoneRole.Guests,
        Zone.Containers => ZoneRole.Containers,
        Zone.Host => ZoneRole.Host,
        _ => ZoneRole.Other,
    };
}
