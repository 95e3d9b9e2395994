namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Chance, from a seed: the same seed throws the same.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A number from 0 to below a limit.</summary>
    public int Below(int limit) => _random.Next(limit);

    /// <summary>A number of a range, both ends included.</summary>
    public int Between(int first, int last) => _random.Next(first, last + 1);

    /// <summary>True in so many of a hundred throws.</summary>
    public bool Percent(int of) => _random.Next(100) < of;

    /// <summary>One of several.</summary>
    public T Pick<T>(params IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    /// <summary>One of several, each as often as its weight.</summary>
    public T Weighted<T>(params IReadOnlyList<(int Weight, T Value)> of)
    {
        int at = _random.Next(of.Sum(static one => one.Weight));
        foreach ((int weight, T value) in of)
        {
            if ((at -= weight) < 0)
            {
                return value;
            }
        }

        return of[^1].Value;
    }

    /// <summary>Several different ones.</summary>
    public IReadOnlyList<T> Some<T>(IReadOnlyList<T> of, int least, int most)
    {
        T[] all = [.. of];
        _random.Shuffle(all);
        return all[..Math.Min(all.Length, Between(least, most))];
    }
}
