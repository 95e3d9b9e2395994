namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>From where raw payload is counted.</summary>
public enum PayloadBase
{
    /// <summary>The link layer's header (<c>@ll</c>).</summary>
    Link,

    /// <summary>The network header (<c>@nh</c>).</summary>
    Network,

    /// <summary>The transport header (<c>@th</c>).</summary>
    Transport,

    /// <summary>What the transport header carries (<c>@ih</c>).</summary>
    Inner,
}
