using Convo.Core.Models.Providers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

/// <summary>
/// Asks compatible servers and a local Ollama which models they have: at start without delaying it, and again every minute, so that a
/// server started later or gone is seen. Warms the tokenizer on the way, whose first use takes a second.
/// </summary>
internal sealed partial class ModelDiscovery(
    IEnumerable<IModelProvider> providers,
    ModelCatalogue catalogue,
    ITokenCounter tokens,
    IOptions<ModelOptions> options,
    TimeProvider time,
    ILogger<ModelDiscovery> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, string> _lastSaid = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host starts services one after the other; everything here happens beside that.
        await Task.Yield();
        tokens.Count("warm");
        IDiscoverableProvider[] asked = options.Value.DiscoverModels ? [.. providers.OfType<IDiscoverableProvider>().Where(p => p.CanDiscover)] : [];
        if (asked.Length == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await Task.WhenAll(asked.Select(p => AskAsync(p, stoppingToken))).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    internal async Task AskAsync(IDiscoverableProvider provider, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var models = await provider.DiscoverAsync(both.Token).ConfigureAwait(false);
            catalogue.Discovered(provider.Id, models.Count > 0 ? models : null);
            Say(provider.Id, $"{models.Count} models", () => LogFound(provider.Id, models.Count));
        }
        catch (ProviderException e)
        {
            Silent(provider, e.Code, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Silent(provider, ProviderErrors.Timeout, "It did not answer in time.");
        }
    }

    /// <summary>
    /// A local Ollama that is not there is the ordinary case, and it leaves the list. A server that was asked for keeps its last list: its
    /// models are refused one by one, with a reason.
    /// </summary>
    private void Silent(IDiscoverableProvider provider, string code, string detail)
    {
        if (provider.Models.Count == 0)
        {
            catalogue.Discovered(provider.Id, null);
        }

        Say(provider.Id, code, () => LogSilent(provider.Id, code, detail));
    }

    /// <summary>Once a change, not once a minute.</summary>
    private void Say(string provider, string what, Action log)
    {
        lock (_lastSaid)
        {
            if (_lastSaid.GetValueOrDefault(provider) == what)
            {
                return;
            }

            _lastSaid[provider] = what;
        }

        log();
    }

    [LoggerMessage(LogLevel.Information, "{Provider} offers {Count} models.")]
    private partial void LogFound(string provider, int count);

    [LoggerMessage(LogLevel.Debug, "{Provider} does not list its models ({Code}): {Detail}")]
    private partial void LogSilent(string provider, string code, string detail);
}
