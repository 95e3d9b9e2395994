namespace Virtward.Exposure.Evaluation;

/// <summary>All parts that take packets through the host, put together.</summary>
internal sealed class Machine
{
    /// <summary>Puts them together.</summary>
    /// <param name="room">What they work with.</param>
    /// <param name="world">What lies beside the packets.</param>
    /// <param name="sink">Where packets end.</param>
    public Machine(Room room, World world, ISink sink)
    {
        var fields = new FieldReader(room);
        var expressions = new ExpressionReader(room, fields, world);
        var matcher = new Matcher(room, fields, expressions, world);
        var translator = new Translator(room, fields, expressions, world);
        var walker = new RuleWalker(room, fields, expressions, matcher, translator, world, sink);
        Path = new PacketPath(room, walker, translator, world, sink);
    }

    /// <summary>The way through the host.</summary>
    public PacketPath Path { get; }
}
