using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Convo.Core.Knowledge;

/// <summary>Registers how a file becomes passages and vectors; where they are kept is registered elsewhere.</summary>
public static class KnowledgePipeline
{
    /// <summary>
    /// Adds <see cref="IDocumentExtractor"/> and <see cref="IChunker"/>, with <see cref="ExtractionOptions"/> and
    /// <see cref="ChunkingOptions"/> bound to their sections. The embedder is the caller's choice.
    /// </summary>
    public static IServiceCollection AddKnowledgePipeline(this IServiceCollection services)
    {
        services.AddOptions<ExtractionOptions>().BindConfiguration(ExtractionOptions.Section);
        services.AddOptions<ChunkingOptions>().BindConfiguration(ChunkingOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ChildProcessExtractor>();
        services.TryAddSingleton<IDocumentExtractor, RecognizingExtractor>();
        services.TryAddSingleton<IChunker, StructureChunker>();
        return services;
    }
}
