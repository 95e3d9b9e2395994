namespace Virtward.Demo;

/// <summary>Where the demo shows itself: live on a terminal, or as plain lines.</summary>
public interface IDemoScreen
{
    /// <summary>A new act begins.</summary>
    /// <param name="title">Its name.</param>
    /// <param name="text">What there is to see, in a sentence.</param>
    void Caption(string title, string text);

    /// <summary>Something happened.</summary>
    /// <param name="kind">What it is, one word: <c>ban</c>, <c>subnet</c>, <c>siege</c> …</param>
    /// <param name="text">The rest of the line.</param>
    void Event(string kind, string text);

    /// <summary>Something was put to the proof.</summary>
    void Proof(bool held, string text);

    /// <summary>Shows things while the story runs.</summary>
    Task RunAsync(Func<Task> story, Func<DemoFigures> figures);
}
