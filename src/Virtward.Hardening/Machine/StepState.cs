using System.Text.Json.Serialization;

namespace Virtward.Hardening.Machine;

/// <summary>How one setting of the machine is, as much as it takes to put it back.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
[JsonDerivedType(typeof(FileBefore), "file")]
[JsonDerivedType(typeof(FileModeBefore), "file-mode")]
[JsonDerivedType(typeof(SysctlBefore), "sysctl")]
[JsonDerivedType(typeof(UnitBefore), "unit")]
[JsonDerivedType(typeof(FirewallBefore), "firewall")]
[JsonDerivedType(typeof(PackageBefore), "package")]
[JsonDerivedType(typeof(CommandBefore), "command")]
public abstract record StepState;
