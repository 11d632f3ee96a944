using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

/// <summary>
/// Where an upload waits until its last byte has arrived, so that no database connection waits with it: in memory up to a megabyte, then in a
/// temporary file that has no name any more while it is written, and so cannot be left behind.
/// </summary>
internal sealed class UploadSpool : IAsyncDisposable
{
    private const int InMemory = 1 << 20;
    private const int BufferSize = 128 * 1024;

    /// <summary>ENOSPC, and ERROR_DISK_FULL as an HRESULT.</summary>
    private const int NoSpace = 28;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);

    private readonly MemoryStream _head = new();
    private FileStream? _file;

    /// <summary>Reads everything; what <paramref name="content"/> throws (too large, cut off) surfaces and nothing stays.</summary>
    public async Task FillAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            try
            {
                await KeepAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e) when (e.HResult is NoSpace or NoSpaceOnWindows)
            {
                throw new ConvoException(ProblemKind.NoRoom, "no_room", "The server has no room left for this file. Tell your administrator.", e);
            }
        }
    }

    private async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (_file is null && _head.Length + bytes.Length > InMemory)
        {
            _file = CreateNameless();
            _head.Position = 0;
            await _head.CopyToAsync(_file, cancellationToken).ConfigureAwait(false);
            _head.SetLength(0);
        }

        await ((Stream?)_file ?? _head).WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From the first byte; may be read again and again.</summary>
    public Stream Rewind()
    {
        var stream = (Stream?)_file ?? _head;
        stream.Position = 0;
        return stream;
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
        {
            await _file.DisposeAsync().ConfigureAwait(false);
        }

        await _head.DisposeAsync().ConfigureAwait(false);
    }

    private static FileStream CreateNameless()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 0, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), options);
        if (!OperatingSystem.IsWindows())
        {
            // The open file lives on without its name, also when this process is killed.
            File.Delete(file.Name);
        }

        return file;
    }
}
