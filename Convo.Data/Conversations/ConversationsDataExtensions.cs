using Convo.Core.Conversations;
using Convo.Core.Conversations.Import;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Data.Conversations;

public static class ConversationsDataExtensions
{
    public static IServiceCollection AddConvoConversationsData(this IServiceCollection services) =>
        services.AddSingleton<PgThreads>().AddSingleton<PgMessages>().AddSingleton<IConversationRepository, PgConversationRepository>()
            .AddSingleton<IAdminConversationRepository, PgAdminConversations>().AddSingleton<IThreadImportStore, PgThreadImport>();
}
