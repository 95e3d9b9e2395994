using Virtward.Core.Net;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>An address of a guest, and who says so.</summary>
/// <param name="Address">The address.</param>
/// <param name="Mac">The interface that has it, by its hardware address.</param>
/// <param name="Source">Who says so.</param>
public sealed record GuestAddress(Address Address, ulong Mac, AddressSource Source);
