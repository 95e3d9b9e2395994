namespace Virtward.Hardening.Machine;

/// <summary>A unit as systemd has it.</summary>
/// <param name="Exists">Whether there is one, masked or not.</param>
/// <param name="Boot">systemd's own word: <c>enabled</c>, <c>disabled</c>, <c>static</c>, <c>masked</c> …; empty where it has none.</param>
/// <param name="Running">Whether it is active.</param>
public sealed record UnitBefore(bool Exists, string Boot, bool Running) : StepState;
