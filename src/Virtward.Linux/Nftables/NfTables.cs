namespace Virtward.Linux.Nftables;

/// <summary>The numbers of nf_tables' netlink protocol that are used here (linux/netfilter/nf_tables.h, nfnetlink.h).</summary>
internal static class NfTables
{
    internal const int BatchBegin = 16;
    internal const int BatchEnd = 17;

    internal const byte FamilyUnspecified = 0;
    internal const byte FamilyInet = 1;
    internal const int Subsystem = 10;
    internal const int NotificationGroup = 7;

    internal const int GetTable = (Subsystem << 8) | 1;
    internal const int GetChain = (Subsystem << 8) | 4;
    internal const int GetRule = (Subsystem << 8) | 7;
    internal const int GetSet = (Subsystem << 8) | 10;
    internal const int NewElement = (Subsystem << 8) | 12;
    internal const int GetElement = (Subsystem << 8) | 13;
    internal const int DeleteElement = (Subsystem << 8) | 14;
    internal const int NewGeneration = (Subsystem << 8) | 15;
    internal const int GetObject = (Subsystem << 8) | 19;

    // The messages that carry structure all begin with the table's name; chains, rules and sets have their own name at 3, 2 and 2.
    internal const int TableName = 1;
    internal const int TableFlags = 2;
    internal const uint TableDormant = 1;

    internal const int ChainTable = 1;
    internal const int ChainName = 3;
    internal const int ChainHook = 4;
    internal const int ChainPolicy = 5;

    internal const int RuleTable = 1;
    internal const int RuleChain = 2;
    internal const int RuleExpressions = 4;

    internal const int SetTable = 1;
    internal const int SetName = 2;
    internal const int SetFlags = 3;
    internal const int SetKeyLength = 5;
    internal const int SetExpression = 17;
    internal const int SetExpressions = 18;
    internal const uint SetAnonymous = 0x01;
    internal const uint SetInterval = 0x04;
    internal const uint SetTimeout = 0x10;

    internal const int ElementsTable = 1;
    internal const int ElementsSet = 2;
    internal const int ElementsList = 3;
    internal const int ListElement = 1;
    internal const int ElementKey = 1;
    internal const int ElementFlags = 3;
    internal const int ElementTimeout = 4;
    internal const int ElementExpiration = 5;
    internal const int ElementExpression = 7;
    internal const int ElementExpressions = 11;
    internal const int DataValue = 1;

    internal const int ExpressionName = 1;
    internal const int ExpressionData = 2;
    internal const int CounterBytes = 1;
    internal const int CounterPackets = 2;

    internal const int ObjectTable = 1;
    internal const int ObjectName = 2;
    internal const int ObjectType = 3;
    internal const int ObjectData = 4;
    internal const uint ObjectCounter = 1;
}
