namespace Virtward.Tests.Guard.Sources;

public sealed class FakeWatchingTests : FollowingConformance
{
    protected override ILogBench NewBench() => new FakeLogBench(polling: false);
}
