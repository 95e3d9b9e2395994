namespace Virtward.Hardening.Changes;

/// <summary>How a systemd unit is to be at boot and now. Nothing to do where there is no such unit, unless it is to be on.</summary>
/// <param name="Unit">Its full name: <c>libvirtd-tcp.socket</c>.</param>
/// <param name="Boot">What it is at boot; null: as it is.</param>
/// <param name="Running">Whether it runs now; null: as it is.</param>
public sealed record UnitStep(string Unit, UnitBoot? Boot, bool? Running) : Step;
