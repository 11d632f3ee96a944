namespace Convo.Web.Hosting;

/// <summary>Everything around the slices, in the one order that is right.</summary>
public static class HostingExtensions
{
    /// <param name="builder">The application.</param>
    /// <param name="keyFolder">Where cookie keys are kept; null keeps them in the shared database.</param>
    /// <param name="databaseConnection">Of the database that keeps the cookie keys.</param>
    public static WebApplicationBuilder AddConvoHosting(this WebApplicationBuilder builder, string? keyFolder, string databaseConnection)
    {
        builder.AddConvoStartupFaults();
        builder.AddConvoRequestLimits();
        builder.Services
            .AddConvoProblems()
            .AddConvoForwardedHeaders(builder.Configuration)
            .AddConvoKeyRing(builder.Configuration, keyFolder, databaseConnection)
            .AddConvoAuthentication()
            .AddConvoOpenId(builder.Configuration)
            .AddConvoCors(builder.Configuration)
            .AddConvoRateLimits()
            .AddConvoMetrics(builder.Configuration)
            .AddConvoOpenApi()
            .AddSingleton<PublicUrl>()
            .AddHostedService<FirstAdminStartup>();
        return builder;
    }

    public static WebApplication UseConvoHosting(this WebApplication app)
    {
        // The order matters: who is asking is known before limits are counted, and limits before any work.
        app.UseConvoForwardedHeaders();
        app.UseConvoSecurityHeaders();
        app.UseConvoProblems();
        if (!app.Environment.IsDevelopment())
        {
            app.UseHsts();
        }

        app.UseRouting();
        app.UseConvoCors();
        app.UseAuthentication();
        app.UseConvoRateLimits();
        app.UseAuthorization();
        app.UseConvoGuards();
        app.UseAntiforgery();
        return app;
    }

    public static WebApplication MapConvoHosting(this WebApplication app)
    {
        app.MapConvoHealth();
        app.MapConvoMetrics();
        app.MapConvoOpenApi();
        return app;
    }
}
