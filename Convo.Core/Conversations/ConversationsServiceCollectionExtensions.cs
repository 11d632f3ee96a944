using Convo.Core.Conversations.Import;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Core.Conversations;

public static class ConversationsServiceCollectionExtensions
{
    /// <summary>Threads and messages.</summary>
    public static IServiceCollection AddConvoConversations(this IServiceCollection services) =>
        services
        .AddSingleton<IConversationService, ConversationService>()
        .AddSingleton<IAdminConversations, AdminConversations>()
        .AddThreadImport();
}
