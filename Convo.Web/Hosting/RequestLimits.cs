namespace Convo.Web.Hosting;

/// <summary>Where Convo listens and how much it reads.</summary>
public static class RequestLimits
{
    /// <summary>For everything but uploads, whose routes say their own.</summary>
    public const long DefaultBodyBytes = 2 * 1024 * 1024;

    private const string DefaultUrl = "http://localhost:5080";

    public static WebApplicationBuilder AddConvoRequestLimits(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[WebHostDefaults.ServerUrlsKey])
            && string.IsNullOrWhiteSpace(builder.Configuration["HTTP_PORTS"])
            && string.IsNullOrWhiteSpace(builder.Configuration["HTTPS_PORTS"]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = DefaultBodyBytes;
        });
        return builder;
    }
}
