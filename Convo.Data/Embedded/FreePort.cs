using System.Net;
using System.Net.Sockets;

namespace Convo.Data.Embedded;

/// <summary>Loopback TCP ports.</summary>
internal static class FreePort
{
    /// <summary>The remembered port when nothing listens on it, else one the system picks.</summary>
    public static int Choose(int remembered) => remembered is > 0 and <= ushort.MaxValue && TryBind(remembered, out _) ? remembered : Any();

    public static int Any() => TryBind(0, out var port) ? port : throw new IOException("No loopback port is free.");

    private static bool TryBind(int wanted, out int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, wanted);
        try
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
            return true;
        }
        catch (SocketException)
        {
            port = 0;
            return false;
        }
    }
}
