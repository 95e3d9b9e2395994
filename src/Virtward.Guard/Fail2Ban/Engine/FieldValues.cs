using System.Runtime.CompilerServices;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>The texts of the groups that mean something, one place each: a hot object, so no dictionary.</summary>
[InlineArray(Count)]
public struct FieldValues
{
    /// <summary>How many fields there are.</summary>
    public const int Count = (int)Field.Harmless + 1;

    private string? _first;

    /// <summary>The group's text; null where it took no part in the match.</summary>
    public string? Get(Field field) => this[(int)field];

    /// <summary>Sets a group's text.</summary>
    public void Set(Field field, string? value) => this[(int)field] = value;

    /// <summary>Whether the group matched at least one character.</summary>
    public bool Has(Field field) => this[(int)field] is { Length: > 0 };

    /// <summary>Lays the groups of a later line over these.</summary>
    public void Update(in FieldValues later)
    {
        for (int field = 0; field < Count; field++)
        {
            if (later[field] is { } text)
            {
                this[field] = text;
            }
        }
    }

    /// <summary>The field of a group's name, or -1.</summary>
    public static int IndexOf(string group) => group switch
    {
        "ip4" => (int)Field.V4,
        "ip6" => (int)Field.V6,
        "dns" => (int)Field.Name,
        "fid" => (int)Field.Id,
        "user" => (int)Field.User,
        "mlfid" => (int)Field.Connection,
        "mlfforget" => (int)Field.Forget,
        "mlfgained" => (int)Field.Gained,
        "nofail" => (int)Field.Harmless,
        _ => -1,
    };
}
