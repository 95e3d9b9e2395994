namespace Virtward.Tests.Guard.Sources;

public sealed class FakePollingTests : FollowingConformance
{
    protected override ILogBench NewBench() => new FakeLogBench(polling: true);
}
