using Convo.Core.Models.Providers;
using Convo.Core.Models.Providers.Anthropic;
using Convo.Core.Models.Providers.AzureOpenAI;
using Convo.Core.Models.Providers.Configured;
using Convo.Core.Models.Providers.Gemini;
using Convo.Core.Models.Providers.Ollama;
using Convo.Core.Models.Providers.OpenAI;
using Convo.Core.Models.Providers.Quoter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

public static class ModelsServiceCollectionExtensions
{
    /// <summary>The catalogue, the chat clients and the token counter. A setting that cannot be right stops the start.</summary>
    public static IServiceCollection AddConvoModels(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<ModelOptions, ModelOptionsValidator>().Configure(o => ModelSettings.Read(configuration, o));
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);

        // The order is that of the switcher.
        services.AddSingleton<IModelProvider, OpenAIProvider>();
        services.AddSingleton<IModelProvider, AzureOpenAIProvider>();
        services.AddSingleton<IModelProvider, AnthropicProvider>();
        services.AddSingleton<IModelProvider, GeminiProvider>();
        foreach (var id in ModelSettings.CompatibleIds(configuration).ToArray())
        {
            services.AddSingleton<IModelProvider>(provider => ActivatorUtilities.CreateInstance<ConfiguredProvider>(provider, id));
        }

        services.AddSingleton<IModelProvider, OllamaProvider>();
        services.AddSingleton<IModelProvider, QuoterProvider>();

        services.TryAddSingleton<ITokenCounter, O200kTokenCounter>();
        services.AddSingleton<ModelMetrics>();
        services.AddSingleton<ModelHealth>();
        services.AddSingleton<ChatPipeline>();
        services.AddSingleton<IChatClients, ChatClients>();
        services.AddSingleton<ModelCatalogue>();
        services.AddSingleton<IModelCatalogue>(provider => provider.GetRequiredService<ModelCatalogue>());
        services.AddHostedService<ModelDiscovery>();

        // What administrators change
        services.AddSingleton<ModelCatalogueSync>();
        services.AddSingleton<IModelAdministration, ModelAdministration>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelCatalogueSync>());
        return services;
    }
}
