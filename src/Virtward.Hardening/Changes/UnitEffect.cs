namespace Virtward.Hardening.Changes;

/// <summary>A unit that must notice a change, if it runs.</summary>
/// <param name="Unit">Its full name; null: systemd itself (<c>daemon-reload</c>).</param>
/// <param name="Kind">How.</param>
public sealed record UnitEffect(string? Unit, UnitEffectKind Kind);
