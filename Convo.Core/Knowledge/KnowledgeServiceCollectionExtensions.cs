using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

public static class KnowledgeServiceCollectionExtensions
{
    /// <summary>Files, ingestion, search and citations. The embedder is the one that EMBEDDING_MODEL names, else the built-in lexical one.</summary>
    public static IServiceCollection AddConvoKnowledge(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AttachmentOptions>().Bind(configuration.GetSection(AttachmentOptions.Section))
            .Validate(o => o is { MaxBytes: > 0, MaxParallelUploads: > 0, MaxParallelStores: > 0 }, "Convo:Attachments:MaxBytes, MaxParallelUploads and MaxParallelStores must be at least 1.").ValidateOnStart();
        services.AddOptions<IngestionOptions>().Bind(configuration.GetSection(IngestionOptions.Section))
            .Validate(o => o is { Parallelism: > 0 and <= 64, MaxAttempts: > 0, EmbeddingBatch: > 0 }, "Convo:Ingestion:Parallelism must be 1 to 64; MaxAttempts and EmbeddingBatch at least 1.")
            .Validate(o => o.Heartbeat > TimeSpan.Zero && o.Lease >= 5 * o.Heartbeat, "Convo:Ingestion:Lease must be at least five times Convo:Ingestion:Heartbeat.").ValidateOnStart();
        services.AddOptions<SearchOptions>().Bind(configuration.GetSection(SearchOptions.Section))
            .Validate(o => o.Rerank is { Endpoint: null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, Candidates: > 0 and <= 1000 } && o.Rerank.Timeout > TimeSpan.Zero, "Convo:Search:Rerank:Endpoint must be an http or https address, Candidates 1 to 1000, Timeout above 0.")
            .Validate(o => o is { Depth: > 0 and <= 1000, WholeFileTokens: >= 0, DuplicateOverlap: > 0 and <= 1.01 }, "Convo:Search:Depth must be 1 to 1000, WholeFileTokens at least 0, DuplicateOverlap between 0 and 1.").ValidateOnStart();
        services.AddKnowledgePipeline();

        // Files
        services.AddSingleton<UploadGate>();
        services.AddSingleton<IAttachmentService, AttachmentService>();
        services.AddSingleton<IMessagePictures, Pictures.MessagePictures>();
        services.AddSingleton<ICollectionService, CollectionService>();

        // Ingestion
        services.AddOptionsWithValidateOnStart<EmbeddingSettings, EmbeddingSettingsValidator>().Configure(o => EmbeddingSettings.Read(configuration, o));
        services.AddSingleton<ProviderEmbedders>();
        services.TryAddSingleton<IEmbedder>(provider => provider.GetRequiredService<IOptions<EmbeddingSettings>>().Value is { Model: { } model } chosen
            ? provider.GetRequiredService<ProviderEmbedders>().Of(chosen.Provider, model)!
            : new LexicalEmbedder());
        services.AddSingleton<IEmbedderSource, BuiltInEmbedders>();
        services.AddSingleton<IEmbedderSource>(provider => provider.GetRequiredService<ProviderEmbedders>());
        services.AddSingleton<IEmbedders, Embedders>();
        services.AddSingleton<IReembedding, Reembedding>();
        services.TryAddSingleton<IEmbeddingMeter, LedgerEmbeddingMeter>();
        services.AddSingleton<IngestionPipeline>();
        services.AddSingleton<IIngestionService, IngestionService>();

        // Search and citations
        // What a question and its passages are sent to is where the settings say, and not where that server points.
        services.AddHttpClient(nameof(HttpReranker)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddSingleton<IReranker, HttpReranker>();
        services.AddSingleton<HybridSearch>();
        services.AddSingleton<ModelRewriter>();
        services.AddSingleton<IQuestionRewriter, QuestionRewriter>();
        services.AddSingleton<ISearchService, SearchService>();
        services.AddSingleton<IRetriever, Retriever>();
        services.AddSingleton<IRetrievalReplay, RetrievalReplay>();
        services.AddSingleton<IEmbeddingModels, EmbeddingModels>();
        services.AddSingleton<ICitationBuilder, CitationBuilder>();
        return services;
    }
}
