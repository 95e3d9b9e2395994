using Virtward.Guard.Store;

namespace Virtward.Tests.Guard.Store;

public sealed class MemoryGuardStoreTests : GuardStoreConformance
{
    protected override IGuardStore Open() => new MemoryGuardStore();
}
