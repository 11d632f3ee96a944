namespace Convo.Core.Models;

/// <summary>Which providers are connected and how they are called; read from the names of the public settings (see <see cref="ModelSettings"/>).</summary>
public sealed class ModelOptions
{
    public ProviderSettings OpenAI { get; set; } = new();

    public ProviderSettings AzureOpenAI { get; set; } = new();

    public ProviderSettings Anthropic { get; set; } = new();

    public ProviderSettings Gemini { get; set; } = new();

    /// <summary>Further servers by configuration, in the order of their ids.</summary>
    public IReadOnlyList<CompatibleSettings> Compatible { get; set; } = [];

    /// <summary>Which model names threads: <c>auto</c> (the cheapest whose price is known), <c>off</c> (a rule), or a model's id.</summary>
    public string TitleModel { get; set; } = "auto";

    /// <summary><c>id</c> or <c>provider/id</c> of what a thread uses that names no model; null: the first of a configured provider.</summary>
    public string? DefaultModel { get; set; }

    /// <summary>Whether compatible endpoints and a local Ollama are asked for their models in the background.</summary>
    public bool DiscoverModels { get; set; } = true;

    /// <summary>Pause between two words of the Quoter.</summary>
    public TimeSpan QuoterPace { get; set; } = TimeSpan.FromMilliseconds(18);

    /// <summary>Until a connection to a provider stands.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Until the first update of an answer; reasoning models think before it.</summary>
    public TimeSpan FirstUpdateTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Between two updates of an answer.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For a whole answer, retries included.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Tries of a call that failed before its first word.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Characters after which an answer is cut with finish reason <c>length</c>, whatever the provider goes on sending.</summary>
    public int MaxAnswerCharacters { get; set; } = 400_000;

    /// <summary>Whether any language model is connected by settings.</summary>
    internal bool HasProvider => new[] { OpenAI, AzureOpenAI, Anthropic, Gemini }.Any(p => p.ApiKey is not null || p.BaseUrl is not null) || Compatible.Count > 0;

    /// <summary>Settings that could not be read at all; the validator reports them with everything else that is wrong.</summary>
    internal IList<string> Unreadable { get; } = [];
}

/// <summary>One provider's settings.</summary>
public sealed class ProviderSettings
{
    public string? ApiKey { get; set; }

    /// <summary>Where it is called, as it was set; null: the provider's own address.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Models named by settings alone.</summary>
    public IReadOnlyList<string> Models { get; set; } = [];
}
