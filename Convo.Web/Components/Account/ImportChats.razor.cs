using System.Globalization;
using Convo.Core.Conversations.Import;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;

namespace Convo.Web.Components.Account;

/// <summary>Takes a file of chats over while its person watches: first it travels, then chat after chat is stored.</summary>
public sealed partial class ImportChats : IDisposable
{
    /// <summary>Repaints a second; more is flicker.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _gone = new();
    private long _painted;

    [Microsoft.AspNetCore.Components.Inject]
    private TimeProvider Time { get; set; } = null!;

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private async Task RunAsync(InputFileChangeEventArgs chosen)
    {
        (_report, _problem, _share, _stage) = (null, null, 0, "Reading the file…");
        try
        {
            var caller = await Current.CallerAsync();
            if (chosen.File.Size > Import.MaxBytes)
            {
                throw ImportRefusals.TooLarge(Import.MaxBytes);
            }

            await using var file = new CountingStream(chosen.File.OpenReadStream(Import.MaxBytes, _gone.Token), read => Tell((double)read / Math.Max(1, chosen.File.Size) / 2, "Reading the file…"));
            _report = await Import.ImportAsync(caller, file, new Steps(Tell), _gone.Token);
            await Shelf.LoadAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or JSDisconnectedException && _gone.IsCancellationRequested)
        {
            // The page is closed; what was stored stays.
        }
        catch (Exception e)
        {
            _problem = Failures.Plain(e);
        }
        finally
        {
            _share = null;
        }
    }

    private void Tell(double share, string stage)
    {
        var now = Time.GetTimestamp();
        if (_painted != 0 && Time.GetElapsedTime(_painted, now) < Between)
        {
            return;
        }

        _painted = now;
        _ = InvokeAsync(() =>
        {
            if (Busy)
            {
                (_share, _stage) = (share, stage);
                StateHasChanged();
            }
        });
    }

    private sealed class Steps(Action<double, string> tell) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => tell(
            0.5 + (0.5 * value.Done / Math.Max(1, value.Total)), string.Create(CultureInfo.InvariantCulture, $"{value.Done:N0} of {value.Total:N0} chats…"));
    }

    /// <summary>Says how much of the file has come.</summary>
    private sealed class CountingStream(Stream inner, Action<long> read) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            read(_position += count);
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
