using Convo.Core.Models.Providers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

/// <summary>
/// Asks every provider for its list of models: at start without delaying it, and again later, so that a wrong key, a wrong address and a
/// model that has vanished are known before somebody waits for an answer, and that a server started later or gone is seen. Warms the
/// tokenizer on the way, whose first use takes a second.
/// </summary>
internal sealed partial class ModelDiscovery(
    IEnumerable<IModelProvider> providers,
    ModelCatalogue catalogue,
    ModelHealth health,
    ITokenCounter tokens,
    IOptions<ModelOptions> options,
    TimeProvider time,
    ILogger<ModelDiscovery> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Rounds between two questions to a provider whose models are known and that answered.</summary>
    private const int RoundsBetweenChecks = 15;

    private static readonly TimeSpan OfferPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, string> _lastSaid = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host starts services one after the other; everything here happens beside that.
        await Task.Yield();
        tokens.Count("warm");
        IDiscoverableProvider[] asked = options.Value.DiscoverModels ? [.. providers.OfType<IDiscoverableProvider>().Where(p => p.Discovery != DiscoveryUse.None)] : [];
        if (asked.Length == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        for (var round = 0; ; round++)
        {
            var due = asked.Where(p => round % RoundsBetweenChecks == 0 || p.Discovery == DiscoveryUse.Offer || health.OfProvider(p.Id) is not null);
            await Task.WhenAll(due.Select(p => AskAsync(p, stoppingToken))).ConfigureAwait(false);
            await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    internal async Task AskAsync(IDiscoverableProvider provider, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(provider.Discovery == DiscoveryUse.Offer ? OfferPatience : CheckPatience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var ids = await provider.ListModelIdsAsync(both.Token).ConfigureAwait(false);
            Heard(provider, ids);
        }
        catch (ProviderException e)
        {
            Silent(provider, e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Silent(provider, new ProviderException(ProviderErrors.Timeout, $"{provider.Name} did not answer in time."));
        }
    }

    private void Heard(IDiscoverableProvider provider, IReadOnlyList<string> ids)
    {
        // A list that is offered is complete by itself; others are compared with it.
        health.Listed(provider.Id, provider.Discovery == DiscoveryUse.CheckModels ? ids : []);
        if (provider.Discovery == DiscoveryUse.Offer)
        {
            ModelInfo[] models = [.. Providers.OpenAI.ChatModelNames.Of(ids).Select(provider.Describe)];
            catalogue.Discovered(provider.Id, models.Length > 0 ? models : null);
        }

        Say(provider.Id, $"{ids.Count} models", () => LogFound(provider.Id, ids.Count));
    }

    /// <summary>
    /// A local Ollama that is not there is the ordinary case, and it leaves the list. A server that was asked for keeps its last list: its
    /// models carry the warning.
    /// </summary>
    private void Silent(IDiscoverableProvider provider, ProviderException problem)
    {
        if (provider.Discovery == DiscoveryUse.Offer && provider.Models.Count == 0 && provider.Id == Providers.Ollama.OllamaProvider.ProviderId)
        {
            catalogue.Discovered(provider.Id, null);
            Say(provider.Id, problem.Code, () => LogSilent(provider.Id, problem.Code, problem.Message));
            return;
        }

        health.NotListed(provider.Id, problem);
        Say(provider.Id, problem.Code, health.OfProvider(provider.Id) is null
            ? () => LogSilent(provider.Id, problem.Code, problem.Message)
            : () => LogTrouble(provider.Id, problem.Code, problem.Message));
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

    [LoggerMessage(LogLevel.Information, "{Provider} answers and lists {Count} models.")]
    private partial void LogFound(string provider, int count);

    [LoggerMessage(LogLevel.Debug, "{Provider} does not list its models ({Code}): {Detail}")]
    private partial void LogSilent(string provider, string code, string detail);

    [LoggerMessage(LogLevel.Warning, "{Provider} cannot be used now ({Code}): {Detail} Other models go on.")]
    private partial void LogTrouble(string provider, string code, string detail);
}
