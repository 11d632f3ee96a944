using Convo.Web.Components.Chat;
using Convo.Web.Components.Chat.Markdown;
using Convo.Web.Components.Layout;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Http.HttpResults;
using MudBlazor;
using MudBlazor.Services;

namespace Convo.Web.Components;

/// <summary>The browser interface: what its components need, and its routes.</summary>
public static class ComponentsServiceCollectionExtensions
{
    public static IServiceCollection AddConvoComponents(this IServiceCollection services)
    {
        // Long messages come as a stream; this is for the text of an edited one. The default of 32 KB would end the circuit.
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(options => options.MaximumReceiveMessageSize = 160 * 1024);
        services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter;
            options.SnackbarConfiguration.VisibleStateDuration = 4000;
            options.SnackbarConfiguration.ShowTransitionDuration = 120;
            options.SnackbarConfiguration.HideTransitionDuration = 120;
            options.SnackbarConfiguration.PreventDuplicates = true;
        });
        services.AddSingleton<MarkdownService>();
        services.AddSingleton<Failures>();
        services.AddSingleton<LimitChanges>();
        services.AddScoped<BrowserTime>();
        services.AddScoped<CurrentPerson>();
        services.AddScoped<ThreadShelf>();
        services.AddScoped<BudgetWatch>();
        services.AddScoped<ChatCommands>();
        services.AddTransient<ChatSession>();
        services.AddTransient<WatchedFiles>();
        return services;
    }

    public static IEndpointRouteBuilder MapConvoComponents(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapStaticAssets().AllowAnonymous();
        endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        // Any other address that a person opens is answered by the not-found page; those of programs keep their problem objects.
        endpoints.MapFallback("{*path:nonfile:regex(^(?!(api|v1|metrics|health|account|openapi|docs)(/|$)).*)}", NotFoundAsync)
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
        return endpoints;
    }

    private static Task NotFoundAsync(HttpContext context) =>
        new RazorComponentResult<App> { StatusCode = StatusCodes.Status404NotFound }.ExecuteAsync(context);
}
