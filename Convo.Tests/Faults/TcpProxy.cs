using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Convo.Tests.Faults;

/// <summary>What a <see cref="TcpProxy"/> does with connections.</summary>
internal enum ProxyMode
{
    /// <summary>Bytes go through.</summary>
    Pass,
    /// <summary>Bytes go through in pieces of <see cref="TcpProxy.PieceBytes"/>.</summary>
    Chop,
    /// <summary>Every piece is held back for <see cref="TcpProxy.Delay"/>.</summary>
    Delay,
    /// <summary>Connections stay open and nothing moves: a paused server, a black hole.</summary>
    Stall,
    /// <summary>Open connections are reset and new ones too: a server that is down.</summary>
    Refuse,
    /// <summary>What the server sends is thrown away, what the client sends still goes through; nobody notices that the line is cut.</summary>
    Mute,
    /// <summary>What the server sends ends cleanly, what the client sends still goes through.</summary>
    HalfClose,
    /// <summary>Pieces of <see cref="TcpProxy.PieceBytes"/>, each after <see cref="TcpProxy.Delay"/>: a slow line.</summary>
    Throttle,
}

/// <summary>A loopback TCP proxy whose line can be made bad, for open and new connections alike.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<Link, bool> _links = new();
    private readonly int _target;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CommitTrap? _trap;

    private TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public ProxyMode Mode { get; private set; }

    public int OpenConnections => _links.Count;

    public int PieceBytes { get; set; } = 7;

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(20);

    public static TcpProxy To(int port) => new(port);

    public void Set(ProxyMode mode)
    {
        Mode = mode;
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
        if (mode == ProxyMode.Refuse)
        {
            ResetAll();
        }
    }

    public void ResetAll()
    {
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }
    }

    /// <summary>
    /// The next connection that sends <paramref name="marker"/> and later COMMIT hears no reply: the server commits, then the line is cut.
    /// </summary>
    /// <returns>Completes when it happened.</returns>
    public Task LoseCommitReplyAfter(string marker)
    {
        var trap = new CommitTrap(marker);
        Volatile.Write(ref _trap, trap);
        return trap.Sprung.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        ResetAll();
        _changed.TrySetResult();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_ended.Token);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The proxy ends, or the client went away while it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var link = new Link(client, server);
        _links.TryAdd(link, true);
        try
        {
            if (Mode == ProxyMode.Refuse)
            {
                link.Reset();
                return;
            }

            await OpenLineAsync();
            await server.ConnectAsync(IPAddress.Loopback, _target, _ended.Token);
            await Task.WhenAll(PumpOrResetAsync(link, client, server, toServer: true), PumpOrResetAsync(link, server, client, toServer: false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            link.Reset();
        }
        finally
        {
            _links.TryRemove(link, out _);
            client.Dispose();
            server.Dispose();
        }
    }

    /// <summary>One broken direction breaks the other: a server must hear that its client died.</summary>
    private async Task PumpOrResetAsync(Link link, Socket from, Socket to, bool toServer)
    {
        try
        {
            await PumpAsync(link, from, to, toServer);
        }
        catch
        {
            link.Reset();
            throw;
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to, bool toServer)
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var length = await from.ReceiveAsync(buffer, SocketFlags.None, _ended.Token);
            await OpenLineAsync();
            if (length == 0 || (Mode == ProxyMode.HalfClose && !toServer))
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }

            if (toServer && link.Statements.CommitsAfter(_trap?.Marker, buffer.AsSpan(0, length)) && Interlocked.Exchange(ref _trap, null) is { } trap)
            {
                link.Mute = true;
                await to.SendAsync(buffer.AsMemory(0, length), SocketFlags.None, _ended.Token);
                // Time for the server to commit; its reply is read and thrown away by the other direction.
                await link.Replied.Task.WaitAsync(TimeSpan.FromSeconds(5), _ended.Token);
                link.Reset();
                trap.Sprung.TrySetResult();
                return;
            }

            if (!toServer && length > 0 && (link.Mute || Mode == ProxyMode.Mute))
            {
                link.Replied.TrySetResult();
                continue;
            }

            await SendAsync(to, buffer.AsMemory(0, length));
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var piece = Mode is ProxyMode.Chop or ProxyMode.Throttle ? Math.Min(PieceBytes, bytes.Length) : bytes.Length;
            if (Mode is ProxyMode.Delay or ProxyMode.Throttle)
            {
                await Task.Delay(Delay, _ended.Token);
            }

            await to.SendAsync(bytes[..piece], SocketFlags.None, _ended.Token);
            bytes = bytes[piece..];
        }
    }

    private async Task OpenLineAsync()
    {
        while (Mode == ProxyMode.Stall)
        {
            await _changed.Task.WaitAsync(_ended.Token);
        }
    }

    private sealed record CommitTrap(string Marker)
    {
        public TaskCompletionSource Sprung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Link(Socket client, Socket server)
    {
        public volatile bool Mute;

        /// <summary>What this connection has prepared and run, when it leads to PostgreSQL.</summary>
        public StatementWatch Statements { get; } = new();

        public TaskCompletionSource Replied { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Reset()
        {
            Close(client);
            Close(server);
        }

        private static void Close(Socket socket)
        {
            try
            {
                // With no time to linger, close sends RST.
                socket.LingerState = new LingerOption(true, 0);
                socket.Close();
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                // It is closed already.
            }
        }
    }
}
