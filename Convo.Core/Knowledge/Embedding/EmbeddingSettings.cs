using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>Which embedder the settings ask for.</summary>
internal sealed class EmbeddingSettings
{
    public const string ModelKey = "EMBEDDING_MODEL";
    public const string ProviderKey = "EMBEDDING_PROVIDER";

    /// <summary>The provider's name of the model, such as <c>text-embedding-3-small</c>; null: the built-in embedder.</summary>
    public string? Model { get; set; }

    /// <summary>The provider's id; null: the first connected one.</summary>
    public string? Provider { get; set; }

    public static void Read(IConfiguration configuration, EmbeddingSettings settings)
    {
        settings.Model = configuration[ModelKey] is { } model && !string.IsNullOrWhiteSpace(model) ? model.Trim() : null;
        settings.Provider = configuration[ProviderKey] is { } provider && !string.IsNullOrWhiteSpace(provider) ? provider.Trim() : null;
    }
}

/// <summary>A model that nobody can be asked for stops the start.</summary>
internal sealed class EmbeddingSettingsValidator(ProviderEmbedders embedders) : IValidateOptions<EmbeddingSettings>
{
    public ValidateOptionsResult Validate(string? name, EmbeddingSettings options) => options switch
    {
        { Model: null, Provider: null } => ValidateOptionsResult.Success,
        { Model: null } => ValidateOptionsResult.Fail($"{EmbeddingSettings.ProviderKey} is set but {EmbeddingSettings.ModelKey} is not. Set both, or neither for the built-in embedder."),
        _ when embedders.Of(options.Provider, options.Model) is not null => ValidateOptionsResult.Success,
        { Provider: null } => ValidateOptionsResult.Fail(
            $"{EmbeddingSettings.ModelKey} is '{options.Model}' but no provider of embeddings is connected. Set OPENAI_API_KEY, OPENAI_BASE_URL, AZURE_OPENAI_API_KEY or GEMINI_API_KEY, or remove it for the built-in embedder."),
        _ => ValidateOptionsResult.Fail(
            $"{EmbeddingSettings.ProviderKey} is '{options.Provider}', which is not connected or has no embeddings. Allowed: openai, azure, gemini, ollama or a configured provider's id, with its key or address set."),
    };
}
