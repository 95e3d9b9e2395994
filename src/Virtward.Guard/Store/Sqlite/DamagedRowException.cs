namespace Virtward.Guard.Store.Sqlite;

/// <summary>A row holds what this program never writes: the file is damaged. Caught within the store, which then says so.</summary>
public sealed class DamagedRowException : Exception
{
    /// <summary>Makes one without a message.</summary>
    public DamagedRowException()
    {
    }

    /// <summary>Makes one that says which value is wrong.</summary>
    public DamagedRowException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with the error that led to it.</summary>
    public DamagedRowException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
