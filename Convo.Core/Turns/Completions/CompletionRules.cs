using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Models.Providers.Quoter;
using Convo.Core.Shared;
using Microsoft.Extensions.AI;

namespace Convo.Core.Turns.Completions;

/// <summary>What can be said about a completion without asking anybody.</summary>
internal static class CompletionRules
{
    private const int MostStops = 4;

    public static ModelInfo Model(IModelCatalogue catalogue, Caller caller, string? requested) =>
        requested is null
            ? catalogue.DefaultFor(caller)
            : catalogue.FindFor(caller, requested) ?? throw new ConvoException(
                ProblemKind.NotFound, ProviderErrors.ModelNotFound, $"There is no model {requested} here, or you may not use it. GET /v1/models lists those you may use.")
            {
                Field = "model",
            };

    public static void Check(CompletionRequest request, ModelInfo model)
    {
        if (request.Messages.Count == 0)
        {
            throw ConvoException.Invalid("messages", "messages must hold at least one message.");
        }

        TurnValidation.CheckTemperature(request.Temperature);
        Within("top_p", request.TopP, 0, 1);
        Within("frequency_penalty", request.FrequencyPenalty, -2, 2);
        Within("presence_penalty", request.PresencePenalty, -2, 2);
        if (request.MaxOutputTokens is < 1)
        {
            throw ConvoException.Invalid("max_tokens", "max_tokens must be at least 1.");
        }

        if (request.Stop.Count > MostStops || request.Stop.Any(s => s.Length == 0))
        {
            throw ConvoException.Invalid("stop", $"stop is a text that is not empty, or at most {MostStops} of them.");
        }

        if (request.Stop.Count > 0 && !model.SupportsStop)
        {
            throw new ConvoException(ProblemKind.Invalid, "unsupported_parameter", $"{model.Name} takes no stop sequences. Leave stop out, or choose another model.") { Field = "stop" };
        }

        if (!model.SupportsImages && request.Messages.Any(m => m.Contents.Any(c => c is DataContent)))
        {
            throw new ConvoException(ProblemKind.Invalid, "images_not_supported", $"{model.Name} cannot look at pictures. Choose a model that can, or leave them out.") { Field = "messages" };
        }

        if (request.ResponseFormat is ChatResponseFormatJson && model.Provider == QuoterProvider.ProviderId)
        {
            throw new ConvoException(ProblemKind.Invalid, "unsupported_parameter", "The built-in Quoter writes plain text only. Choose another model for JSON.") { Field = "response_format" };
        }
    }

    /// <summary>A turn has its thread's history and settings; what it cannot honour is refused rather than passed over.</summary>
    public static string QuestionFor(CompletionRequest request)
    {
        if (request.Messages is not [.., { Role: var role } last] || role != ChatRole.User)
        {
            throw ConvoException.Invalid("messages", "With x-convo-thread-id the last message must have the role user: it is the one that is stored and answered.");
        }

        if (last.Contents.Any(c => c is DataContent))
        {
            throw ConvoException.Invalid("messages", "With x-convo-thread-id pictures are not taken. Leave them out, or send the request without the header.");
        }

        (string Name, bool Given)[] foreign =
        [
            ("top_p", request.TopP is not null), ("frequency_penalty", request.FrequencyPenalty is not null),
            ("presence_penalty", request.PresencePenalty is not null), ("seed", request.Seed is not null), ("stop", request.Stop.Count > 0),
            ("response_format", request.ResponseFormat is ChatResponseFormatJson),
        ];
        return Array.Find(foreign, f => f.Given).Name is { } name
            ? throw new ConvoException(ProblemKind.Invalid, "unsupported_parameter", $"{name} cannot be used with x-convo-thread-id. Leave one of the two out.") { Field = name }
            : last.Text;
    }

    private static void Within(string name, double? value, double least, double most)
    {
        if (value is { } v && !(v >= least && v <= most))
        {
            throw ConvoException.Invalid(name, $"{name} must be between {least} and {most}.");
        }
    }
}
