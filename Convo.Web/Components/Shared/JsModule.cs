using Microsoft.JSInterop;

namespace Convo.Web.Components.Shared;

/// <summary>One JavaScript module of a component: imported on first use, and let go of without complaint when the browser is already gone.</summary>
internal sealed class JsModule(IJSRuntime runtime, string path) : IAsyncDisposable
{
    private IJSObjectReference? _module;

    public async ValueTask<T> CallAsync<T>(string function, params object?[] args)
    {
        _module ??= await runtime.InvokeAsync<IJSObjectReference>("import", path);
        return await _module.InvokeAsync<T>(function, args);
    }

    public async ValueTask CallAsync(string function, params object?[] args)
    {
        _module ??= await runtime.InvokeAsync<IJSObjectReference>("import", path);
        await _module.InvokeVoidAsync(function, args);
    }

    public ValueTask DisposeAsync() => DisposeAsync(_module);

    public static async ValueTask DisposeAsync(IJSObjectReference? reference)
    {
        if (reference is null) return;
        try
        {
            await reference.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is closed: its modules went with it.
        }
        catch (OperationCanceledException)
        {
            // The same, while the call was on its way.
        }
    }
}
