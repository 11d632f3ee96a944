using System.Data.Common;
using Convo.Core.Knowledge;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Convo.Data.Knowledge;

public static class KnowledgeDataExtensions
{
    public static IServiceCollection AddConvoKnowledgeData(this IServiceCollection services) => services
        // Files
        .AddSingleton<IBlobStore, PgBlobStore>()
        .AddSingleton<IAttachmentStore, PgAttachmentStore>()
        .AddSingleton<ICollectionStore, PgCollectionStore>()
        .AddSingleton<IAttachmentSignals, RedisAttachmentSignals>()
        // Ingestion
        .AddSingleton<DocumentTextStore>()
        .AddSingleton<LexemeAnalysis>()
        .AddSingleton<ChunkPublisher>()
        .AddSingleton<IIngestionStore, PgIngestionStore>()
        // Search
        .AddSingleton<EmbeddingIndex>()
        .AddSingleton<KeywordSearch>()
        .AddSingleton<ISearchIndex, PgSearchIndex>()
        .AddSingleton<ISearchMaintenance, PgSearchMaintenance>()
        .AddSingleton<IRetrievalLog, PgRetrievalLog>()
        .AddSingleton<IRetrievalRecords, PgRetrievalRecords>()
        .AddSingleton<IEmbeddingModelStore, PgEmbeddingModelStore>()
        .AddSingleton<IPayer, PgPayer>()
        // For the job store, which knows no more of Npgsql than this
        .AddSingleton<DbDataSource>(provider => provider.GetRequiredService<NpgsqlDataSource>());
}
