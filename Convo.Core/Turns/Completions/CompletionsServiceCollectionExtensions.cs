using Microsoft.Extensions.DependencyInjection;

namespace Convo.Core.Turns.Completions;

public static class CompletionsServiceCollectionExtensions
{
    /// <summary>Completions and embeddings for programs.</summary>
    public static IServiceCollection AddConvoCompletions(this IServiceCollection services)
    {
        services.AddSingleton<ThreadCompletion>();
        services.AddSingleton<ICompletionService, CompletionService>();
        services.AddSingleton<IEmbeddingService, EmbeddingService>();
        return services;
    }
}
