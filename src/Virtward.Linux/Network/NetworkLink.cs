namespace Virtward.Linux.Network;

/// <summary>One network device, as far as it matters where frames come from.</summary>
/// <param name="Index">Its number in this network namespace.</param>
/// <param name="Name">Its name; the kernel allows any bytes but '/', ':' and white space in it.</param>
/// <param name="Kind">What made it, such as "bridge", "veth", "tun"; empty for hardware.</param>
/// <param name="Master">The number of the bridge, bond or the like that it is a port of; 0 for none.</param>
/// <param name="Lower">The number of the device that it sits upon, in this namespace; 0 for none.</param>
public readonly record struct NetworkLink(int Index, string Name, string Kind, int Master, int Lower);
