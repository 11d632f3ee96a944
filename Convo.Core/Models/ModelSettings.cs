using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Convo.Core.Models;

/// <summary>The names of the settings, and how <see cref="ModelOptions"/> is read from them.</summary>
internal static class ModelSettings
{
    public const string OpenAIKey = "OPENAI_API_KEY";
    public const string OpenAIBaseUrl = "OPENAI_BASE_URL";
    public const string OpenAIModels = "OPENAI_MODELS";
    public const string AzureKey = "AZURE_OPENAI_API_KEY";
    public const string AzureEndpoint = "AZURE_OPENAI_ENDPOINT";
    public const string AzureModels = "AZURE_OPENAI_MODELS";
    public const string AnthropicKey = "ANTHROPIC_API_KEY";
    public const string AnthropicBaseUrl = "ANTHROPIC_BASE_URL";
    public const string AnthropicModels = "ANTHROPIC_MODELS";
    public const string GeminiKey = "GEMINI_API_KEY";
    public const string GeminiBaseUrl = "GEMINI_BASE_URL";
    public const string GeminiModels = "GEMINI_MODELS";
    /// <summary>Further servers, each under an id of its own: <c>Convo:Providers:vllm:BaseUrl</c>, as an environment variable <c>Convo__Providers__vllm__BaseUrl</c>.</summary>
    public const string ProvidersSection = "Convo:Providers";
    public const string TitleModel = "CONVO_TITLE_MODEL";
    public const string DefaultModel = "CONVO_DEFAULT_MODEL";
    public const string DiscoverModels = "CONVO_DISCOVER_MODELS";
    public const string QuoterPace = "CONVO_QUOTER_PACE_MS";
    public const string ConnectTimeout = "CONVO_PROVIDER_CONNECT_TIMEOUT_SECONDS";
    public const string FirstUpdateTimeout = "CONVO_PROVIDER_FIRST_UPDATE_TIMEOUT_SECONDS";
    public const string IdleTimeout = "CONVO_PROVIDER_IDLE_TIMEOUT_SECONDS";
    public const string TotalTimeout = "CONVO_PROVIDER_TOTAL_TIMEOUT_SECONDS";
    public const string MaxAttempts = "CONVO_PROVIDER_MAX_ATTEMPTS";
    public const string MaxAnswerCharacters = "CONVO_MAX_ANSWER_CHARACTERS";

    /// <summary>Ids that the built-in providers have; a section of that name is told as a fault.</summary>
    public static readonly IReadOnlySet<string> Reserved = new HashSet<string> { "openai", "azure", "anthropic", "gemini", "ollama", "quoter" };

    public static void Read(IConfiguration configuration, ModelOptions options)
    {
        options.OpenAI = Provider(configuration, OpenAIKey, OpenAIBaseUrl, OpenAIModels);
        options.AzureOpenAI = Provider(configuration, AzureKey, AzureEndpoint, AzureModels);
        options.Anthropic = Provider(configuration, AnthropicKey, AnthropicBaseUrl, AnthropicModels);
        options.Gemini = Provider(configuration, GeminiKey, GeminiBaseUrl, GeminiModels);
        options.Compatible = [.. CompatibleIds(configuration).Select(id => Compatible(configuration, id, options.Unreadable))];
        foreach (var id in configuration.GetSection(ProvidersSection).GetChildren().Select(c => c.Key).Where(id => Reserved.Contains(id.ToLowerInvariant())))
        {
            options.Unreadable.Add($"{ProvidersSection}:{id} has the id of a built-in provider. Allowed: any other id; the built-in ones have settings of their own, such as {OpenAIKey}.");
        }

        options.TitleModel = Text(configuration, TitleModel) ?? options.TitleModel;
        options.DefaultModel = Text(configuration, DefaultModel);
        options.DiscoverModels = Flag(configuration, DiscoverModels, options.DiscoverModels, options.Unreadable);
        options.QuoterPace = TimeSpan.FromMilliseconds(Number(configuration, QuoterPace, options.QuoterPace.TotalMilliseconds, 0, 1000, options.Unreadable));
        options.ConnectTimeout = Seconds(configuration, ConnectTimeout, options.ConnectTimeout, options.Unreadable);
        options.FirstUpdateTimeout = Seconds(configuration, FirstUpdateTimeout, options.FirstUpdateTimeout, options.Unreadable);
        options.IdleTimeout = Seconds(configuration, IdleTimeout, options.IdleTimeout, options.Unreadable);
        options.TotalTimeout = Seconds(configuration, TotalTimeout, options.TotalTimeout, options.Unreadable);
        options.MaxAttempts = (int)Number(configuration, MaxAttempts, options.MaxAttempts, 1, 10, options.Unreadable);
        options.MaxAnswerCharacters = (int)Number(configuration, MaxAnswerCharacters, options.MaxAnswerCharacters, 1000, 10_000_000, options.Unreadable);
    }

    /// <summary>The ids under which further servers are configured, whatever else is wrong with them.</summary>
    public static IEnumerable<string> CompatibleIds(IConfiguration configuration) =>
        configuration.GetSection(ProvidersSection).GetChildren().Select(c => c.Key.ToLowerInvariant()).Where(id => !Reserved.Contains(id)).Order(StringComparer.Ordinal);

    private static CompatibleSettings Compatible(IConfiguration configuration, string id, IList<string> unreadable)
    {
        var section = $"{ProvidersSection}:{id}";
        var protocol = Text(configuration, $"{section}:Protocol") ?? nameof(ProviderProtocol.OpenAI);
        // A number would name a member too, and mean nothing to who reads the settings.
        if (!Enum.TryParse<ProviderProtocol>(protocol, ignoreCase: true, out var known) || char.IsAsciiDigit(protocol[0]))
        {
            unreadable.Add($"{section}:Protocol is \"{protocol}\", a provider Convo does not know. Allowed: {string.Join(", ", Enum.GetNames<ProviderProtocol>())}.");
        }

        return new CompatibleSettings(
            id, Text(configuration, $"{section}:Name"), known, Text(configuration, $"{section}:BaseUrl"), Text(configuration, $"{section}:ApiKey"), List(configuration, $"{section}:Models"));
    }

    private static ProviderSettings Provider(IConfiguration configuration, string key, string url, string models) => new()
    {
        ApiKey = Text(configuration, key),
        BaseUrl = Text(configuration, url),
        Models = List(configuration, models),
    };

    private static string[] List(IConfiguration configuration, string name) =>
        [.. (configuration[name] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];

    /// <summary>An empty variable is an unset one: compose files pass those.</summary>
    private static string? Text(IConfiguration configuration, string name) => configuration[name]?.Trim() is { Length: > 0 } text ? text : null;

    private static TimeSpan Seconds(IConfiguration configuration, string name, TimeSpan fallback, IList<string> unreadable) =>
        TimeSpan.FromSeconds(Number(configuration, name, fallback.TotalSeconds, 0.1, 3600, unreadable));

    private static double Number(IConfiguration configuration, string name, double fallback, double least, double most, IList<string> unreadable)
    {
        if (Text(configuration, name) is not { } text)
        {
            return fallback;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        unreadable.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is \"{text}\". Allowed: a number from {least} to {most}."));
        return fallback;
    }

    private static bool Flag(IConfiguration configuration, string name, bool fallback, IList<string> unreadable)
    {
        switch (Text(configuration, name)?.ToLowerInvariant())
        {
            case null:
                return fallback;
            case "true" or "1" or "on" or "yes":
                return true;
            case "false" or "0" or "off" or "no":
                return false;
            case var text:
                unreadable.Add($"{name} is \"{text}\". Allowed: true or false.");
                return fallback;
        }
    }
}
