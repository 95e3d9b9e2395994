using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Store;

/// <summary>An address or prefix that an administrator put onto the never-ban list at run time (<c>virtward allow</c>).</summary>
/// <param name="Target">What is never banned.</param>
/// <param name="Since">When it was put there.</param>
/// <param name="Until">When it lapses; <see cref="UnixTime.Never"/> where it stays until it is taken back.</param>
/// <param name="Comment">Why, in the administrator's words; may be empty.</param>
public sealed record Allowance(Prefix Target, UnixTime Since, UnixTime Until, string Comment);
