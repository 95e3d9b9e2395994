namespace Virtward.Control;

/// <summary>The paths of the control API (docs/control-api.md).</summary>
public static class ControlRoutes
{
    /// <summary>GET: a <see cref="StatusDocument"/>.</summary>
    public const string Status = "/v1/status";

    /// <summary>GET: a <see cref="BansDocument"/>.</summary>
    public const string Bans = "/v1/bans";

    /// <summary>The key of a query that, as <c>false</c>, leaves out the lines that decided.</summary>
    public const string Evidence = "evidence";

    /// <summary>GET: a <see cref="BansDocument"/> without the lines that decided.</summary>
    public const string BansWithoutEvidence = Bans + "?" + Evidence + "=false";

    /// <summary>POST a <see cref="BanRequest"/>: a <see cref="ChangeDocument"/>.</summary>
    public const string Ban = "/v1/ban";

    /// <summary>POST a <see cref="TargetRequest"/>: a <see cref="ChangeDocument"/>.</summary>
    public const string Unban = "/v1/unban";

    /// <summary>POST an <see cref="AllowRequest"/>: a <see cref="ChangeDocument"/>.</summary>
    public const string Allow = "/v1/allow";

    /// <summary>POST a <see cref="TargetRequest"/>: a <see cref="ChangeDocument"/>.</summary>
    public const string Disallow = "/v1/disallow";

    /// <summary>POST nothing: a <see cref="ChangeDocument"/>.</summary>
    public const string Flush = "/v1/flush";
}
