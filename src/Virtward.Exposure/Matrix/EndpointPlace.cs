namespace Virtward.Exposure.Matrix;

/// <summary>Where an endpoint is.</summary>
public enum EndpointPlace
{
    /// <summary>A socket of the host.</summary>
    Host,

    /// <summary>A port of the host that a rule forwards: to a guest or a container.</summary>
    Published,

    /// <summary>A guest, asked by its own address.</summary>
    Guest,

    /// <summary>A listener in another network namespace, such as a container's, asked by its own address.</summary>
    Container,

    /// <summary>A whole zone as somewhere to get to, all addresses and ports of it; or the host itself.</summary>
    Network,
}
