using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

/// <summary>Collects everything that cannot be right, so that one start tells it all. Never repeats the value of a key.</summary>
internal sealed class ModelOptionsValidator : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        List<string> faults = [.. options.Unreadable];
        Url(faults, ModelSettings.OpenAIBaseUrl, options.OpenAI.BaseUrl, "https://api.openai.com/v1");
        Url(faults, ModelSettings.AzureEndpoint, options.AzureOpenAI.BaseUrl, "https://my-resource.openai.azure.com");
        Url(faults, ModelSettings.AnthropicBaseUrl, options.Anthropic.BaseUrl, "https://api.anthropic.com");
        Url(faults, ModelSettings.GeminiBaseUrl, options.Gemini.BaseUrl, "https://generativelanguage.googleapis.com/v1beta/openai/");
        Key(faults, ModelSettings.OpenAIKey, options.OpenAI.ApiKey);
        Key(faults, ModelSettings.AzureKey, options.AzureOpenAI.ApiKey);
        Key(faults, ModelSettings.AnthropicKey, options.Anthropic.ApiKey);
        Key(faults, ModelSettings.GeminiKey, options.Gemini.ApiKey);
        Names(faults, ModelSettings.OpenAIModels, options.OpenAI.Models);
        Names(faults, ModelSettings.AzureModels, options.AzureOpenAI.Models);
        Names(faults, ModelSettings.AnthropicModels, options.Anthropic.Models);
        Names(faults, ModelSettings.GeminiModels, options.Gemini.Models);
        if (options.AzureOpenAI is { ApiKey: not null, BaseUrl: null })
        {
            faults.Add($"{ModelSettings.AzureKey} is set but {ModelSettings.AzureEndpoint} is not. Set both, or neither.");
        }

        if (options.AzureOpenAI is { ApiKey: null, BaseUrl: not null })
        {
            faults.Add($"{ModelSettings.AzureEndpoint} is set but {ModelSettings.AzureKey} is not. Set both, or neither.");
        }

        foreach (var server in options.Compatible)
        {
            Compatible(faults, server);
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Compatible(List<string> faults, CompatibleSettings server)
    {
        var section = $"{ModelSettings.ProvidersSection}:{server.Id}";
        if (server.Id.Length > 40 || server.Id.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            faults.Add($"{ModelSettings.ProvidersSection} has a provider \"{server.Id[..Math.Min(40, server.Id.Length)]}\". Allowed: letters, digits, '-', '_' and '.', at most 40.");
        }

        if (server.BaseUrl is null)
        {
            faults.Add($"{section}:BaseUrl is not set. Allowed: the server's address, such as http://localhost:8000/v1.");
        }

        Url(faults, $"{section}:BaseUrl", server.BaseUrl, "http://localhost:8000/v1");
        Key(faults, $"{section}:ApiKey", server.ApiKey);
        Names(faults, $"{section}:Models", server.Models);
    }

    private static void Url(List<string> faults, string setting, string? value, string example)
    {
        if (value is null)
        {
            return;
        }

        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            // A URL may carry a password, so only its shape is told, not its text.
            faults.Add($"{setting} is not an absolute URL. Allowed: an http or https address such as {example}.");
        }
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            faults.Add($"{setting} has a user name, a query or a fragment. Allowed: scheme, host, port and path, such as {example}; the key has its own setting.");
        }
    }

    private static void Key(List<string> faults, string setting, string? value)
    {
        // Anything else cannot be sent in a header, and is most often a line break that came along with the paste.
        if (value?.Any(c => c is <= ' ' or > '~') == true)
        {
            faults.Add($"{setting} holds a blank, a line break or a letter outside ASCII. Allowed: the key exactly as the provider shows it.");
        }
    }

    private static void Names(List<string> faults, string setting, IReadOnlyList<string> names)
    {
        foreach (var name in names.Where(n => n.Length > 200 || n.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))))
        {
            faults.Add($"{setting} holds \"{name[..Math.Min(40, name.Length)]}\". Allowed: model names without blanks, at most 200 characters each, separated by commas.");
        }
    }
}
