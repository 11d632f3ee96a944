using Convo.Web.Endpoints.OpenAI;

namespace Convo.Web.Endpoints;

/// <summary>The whole HTTP API, one line a slice.</summary>
public static class ConvoApi
{
    public static IServiceCollection AddConvoApi(this IServiceCollection services) => services.AddSingleton<TurnResponses>().AddOpenAIEndpoints();

    public static void MapConvoApi(this IEndpointRouteBuilder routes)
    {
        // Conversations and turns
        routes.MapThreadEndpoints();
        routes.MapMessageEndpoints();

        // Knowledge
        routes.MapAttachmentEndpoints();
        routes.MapCollectionEndpoints();
        routes.MapSearchEndpoints();

        // Models
        routes.MapModelEndpoints();
        routes.MapOpenAIEndpoints();

        // Usage
        routes.MapUsageEndpoints();
        routes.MapAdminBudgetEndpoints();
        routes.MapAdminUsageEndpoints();

        // Accounts
        routes.MapAccountFormEndpoints();
        routes.MapAccountEndpoints();
        routes.MapApiKeyEndpoints();
        routes.MapSessionEndpoints();
        routes.MapMyDataEndpoints();
        routes.MapAdminEndpoints();
    }
}
