using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Scalar.AspNetCore;

namespace Convo.Web.Hosting;

/// <summary>What a browser may do with an answer. A route that has set one of these headers itself keeps its own.</summary>
public static class SecurityHeaders
{
    // MudBlazor writes style attributes, so inline styles are allowed; scripts never are, apart from what is named by hash or nonce.
    private const string Policy =
        "default-src 'self'; script-src 'self'{0}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private static readonly CompositeFormat PolicyFormat = CompositeFormat.Parse(Policy);
    private static readonly ConditionalWeakTable<ImportMapDefinition, string> ImportMapHashes = [];

    public static IApplicationBuilder UseConvoSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // At the last moment: the route is known, and an error handler that clears the answer cannot clear these.
        context.Response.OnStarting(static state =>
        {
            Apply((HttpContext)state);
            return Task.CompletedTask;
        }, context);
        return next(context);
    });

    private static void Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        // Blazor adds a frame-ancestors policy of its own; ours is stricter and one is enough.
        if (!headers.ContentSecurityPolicy.ToString().Contains("sandbox", StringComparison.Ordinal))
        {
            headers.ContentSecurityPolicy = string.Format(null, PolicyFormat, ScriptSources(context));
        }

        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.TryAdd("Referrer-Policy", "same-origin");
        headers.TryAdd("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        if (context.IsApi() && headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }
    }

    private static string ScriptSources(HttpContext context)
    {
        if (context.Items[ScalarOptions.NonceHttpContextItemKey] is string nonce)
        {
            return $" 'nonce-{nonce}'";
        }

        return context.GetEndpoint()?.Metadata.GetMetadata<ImportMapDefinition>() is { } importMap
            ? ImportMapHashes.GetValue(importMap, static map => $" 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(map.ToString())))}'")
            : "";
    }
}
