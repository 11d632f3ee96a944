using Convo.Core.Shared;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>
/// The door for programs written for OpenAI: <c>/v1</c>. Convo's own keys, budgets, models and ledger; OpenAI's bodies and error shape,
/// which <see cref="Hosting.OpenAiError"/> gives to everything under this path. A browser's cookie does not count here.
/// </summary>
internal static class OpenAIEndpoints
{
    /// <summary>Pictures come inside the body, a third larger than they are.</summary>
    private const long MostBytes = 32 * 1024 * 1024;

    public static IServiceCollection AddOpenAIEndpoints(this IServiceCollection services) => services.AddSingleton<ModelNames>();

    public static RouteGroupBuilder MapOpenAIEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithTags("OpenAI-compatible").WithMetadata(new RequestSizeLimitAttribute(MostBytes));
        group.AddEndpointFilter(NameRequestAsync);
        group.MapPost("/chat/completions", ChatEndpoint.PostAsync)
            .WithSummary("A chat completion, whole or streamed, as OpenAI's API has it")
            .WithDescription($"Stateless, unless the header {ChatEndpoint.ThreadHeader} names a thread of yours: then the last message and the answer are stored there. "
                + "Pictures as data: URLs; tools, audio, logprobs and n > 1 are refused.");
        group.MapPost("/embeddings", EmbeddingsEndpoint.PostAsync).WithSummary("Vectors of texts, as OpenAI's API has it");
        group.MapGet("/models", ModelsEndpoint.List).WithSummary("The models that the key may use");
        group.MapGet("/models/{**id}", ModelsEndpoint.Get).WithSummary("One of them");
        // Whatever else OpenAI has: without this the app's own pages would answer.
        group.Map("/{**rest}", NotHere).ExcludeFromDescription();
        return group;
    }

    private static IResult NotHere() => throw new ConvoException(
        ProblemKind.NotFound, "not_found", "Convo has chat/completions and embeddings (POST), and models (GET), under /v1. There is nothing at this address.");

    private static ValueTask<object?> NameRequestAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        OpenAiError.NameRequest(context.HttpContext);
        return next(context);
    }
}
