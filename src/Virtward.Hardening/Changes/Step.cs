using System.Text.Json.Serialization;

namespace Virtward.Hardening.Changes;

/// <summary>
/// One setting of the machine and what it is to be. What it was is read before it is set and written back when it is undone, so that a step
/// says nothing about its way back.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step")]
[JsonDerivedType(typeof(FileStep), "file")]
[JsonDerivedType(typeof(FileModeStep), "file-mode")]
[JsonDerivedType(typeof(SysctlStep), "sysctl")]
[JsonDerivedType(typeof(UnitStep), "unit")]
[JsonDerivedType(typeof(FirewallStep), "firewall")]
[JsonDerivedType(typeof(PackageStep), "package")]
[JsonDerivedType(typeof(CommandStep), "command")]
public abstract record Step;
