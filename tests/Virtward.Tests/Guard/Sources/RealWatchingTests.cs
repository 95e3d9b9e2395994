namespace Virtward.Tests.Guard.Sources;

public sealed class RealWatchingTests : FollowingConformance
{
    protected override ILogBench NewBench() => new RealLogBench(polling: false);
}
