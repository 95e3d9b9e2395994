namespace Virtward.Guard.Filters.Templates;

/// <summary>What a part of a template takes from the text.</summary>
public enum PartKind
{
    /// <summary>Exactly these bytes.</summary>
    Literal,

    /// <summary><c>{ip}</c>: an IPv4 or IPv6 address, in brackets or not; a zone id is dropped.</summary>
    Ip,

    /// <summary><c>{n}</c>: one to eighteen digits.</summary>
    Number,

    /// <summary><c>{count}</c>: digits that say how many attempts the line stands for.</summary>
    Count,

    /// <summary><c>{word}</c>: one or more bytes without a space.</summary>
    Word,

    /// <summary><c>{time}</c>: a stamp.</summary>
    Time,

    /// <summary><c>{any}</c>: any text, also none.</summary>
    Any,

    /// <summary><c>{user}</c>: any text, also none, at most <see cref="Template.LongestUser"/> bytes: the account.</summary>
    User,
}
