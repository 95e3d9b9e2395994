namespace Virtward.Tests.Guard.Sources;

public sealed class RealPollingTests : FollowingConformance
{
    protected override ILogBench NewBench() => new RealLogBench(polling: true);
}
