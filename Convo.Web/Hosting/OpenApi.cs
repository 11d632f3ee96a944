using Convo.Core.Conversations;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Convo.Web.Hosting;

/// <summary>The description of the API at <c>/openapi/v1.json</c>, and the page made of it at <c>/docs</c>.</summary>
public static class OpenApi
{
    private const string ApiKeyScheme = "api_key";

    public static IServiceCollection AddConvoOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath is { } path
            && (path.StartsWith("api/", StringComparison.Ordinal) || path.StartsWith("v1/", StringComparison.Ordinal) || path.StartsWith("health/", StringComparison.Ordinal));
        options.AddDocumentTransformer(DescribeDocument);
        options.AddOperationTransformer(AddProblems);
        options.AddSchemaTransformer(NameConvertedTypes);
    });

    public static IEndpointRouteBuilder MapConvoOpenApi(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi().AllowAnonymous();
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Convo API")
            .WithNonce()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .DisableDefaultFonts()).AllowAnonymous();
        return app;
    }

    private static Task DescribeDocument(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Convo",
            Version = "v1",
            Description = "Threads, streamed answers, documents, search and budgets. Ids are UUIDs, times RFC 3339 UTC, money a decimal string in US dollars. "
                + "Send an API key as `Authorization: Bearer cv_…`. Failures are problem objects (RFC 9457) with a stable `code`.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[ApiKeyScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An API key, made in the settings or by an administrator.",
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKeyScheme, document)] = [] }];
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas["Problem"] = ProblemSchema();
        return Task.CompletedTask;
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "A failure (RFC 9457). Further members depend on the code.",
        Required = new HashSet<string> { "status", "code", "detail" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Stable, for programs." },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Cause and next step, for people." },
            ["field"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The member of the request that is wrong." },
            ["retry_after"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "Seconds." },
            ["reset_at"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
        },
    };

    /// <summary>The failures that every route shares; those of its own a route declares with ProducesProblem.</summary>
    private static Task AddProblems(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var anonymous = metadata.OfType<IAllowAnonymous>().Any();
        operation.Responses ??= [];
        Add("400", "The request cannot be right as it is; `field` names the member.");
        if (anonymous)
        {
            operation.Security = [];
        }
        else
        {
            Add("401", "Nobody is signed in, or the key is unknown, revoked or expired.");
            Add("403", "The caller may not do this, or the key lacks a scope.");
        }

        if (context.Description.RelativePath!.Contains('{', StringComparison.Ordinal))
        {
            Add("404", "Unknown, or another person's.");
        }

        Add("429", "A rate or a budget is used up; see `retry_after` and `reset_at`.");
        Add("500", "Something failed inside Convo.");
        return Task.CompletedTask;

        void Add(string status, string text)
        {
            operation.Responses.TryAdd(status, new OpenApiResponse
            {
                Description = text,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Problems.MediaType] = new() { Schema = new OpenApiSchemaReference("Problem", context.Document) },
                },
            });
        }
    }

    /// <summary>A type with a converter of its own looks like "anything" to the generator.</summary>
    private static Task NameConvertedTypes(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Change<>))
        {
            type = Nullable.GetUnderlyingType(type.GenericTypeArguments[0]) ?? type.GenericTypeArguments[0];
        }

        (schema.Type, schema.Format) = type switch
        {
            _ when type == typeof(string) => (JsonSchemaType.String, schema.Format),
            _ when type == typeof(decimal) => (JsonSchemaType.String, "decimal"),
            _ when type == typeof(DateTimeOffset) => (JsonSchemaType.String, "date-time"),
            _ when type == typeof(Guid) => (JsonSchemaType.String, "uuid"),
            _ when type == typeof(bool) => (JsonSchemaType.Boolean, schema.Format),
            _ when type == typeof(double) => (JsonSchemaType.Number, "double"),
            _ when schema.Type is null && type.IsEnum => (JsonSchemaType.String, schema.Format),
            _ => (schema.Type, schema.Format),
        };
        return Task.CompletedTask;
    }
}
