using System.Diagnostics.Metrics;

namespace Convo.Core.Models;

/// <summary>What calls of models leave behind in metrics. Labels are the provider, the model and fixed words: never text, never an id of a person.</summary>
internal sealed class ModelMetrics
{
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;

    public ModelMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Convo");
        _requests = meter.CreateCounter<long>("convo_llm_requests_total", description: "Calls of a model, by how they ended.");
        _duration = meter.CreateHistogram<double>("convo_llm_request_duration_seconds", description: "Time of a whole call.");
        _firstToken = meter.CreateHistogram<double>("convo_llm_time_to_first_token_seconds", description: "Time until the first word of an answer.");
        _tokens = meter.CreateCounter<long>("convo_llm_tokens_total", description: "Tokens used, by kind; cached is part of input, reasoning of output.");
        _cost = meter.CreateCounter<double>("convo_llm_cost_usd_total", description: "Cost in US dollars of calls whose price is known.");
    }

    public void FirstToken(ModelInfo model, TimeSpan after) => _firstToken.Record(after.TotalSeconds, Provider(model), Name(model));

    public void Ended(ModelInfo model, string outcome, TimeSpan after)
    {
        _requests.Add(1, Provider(model), Name(model), new("outcome", outcome));
        _duration.Record(after.TotalSeconds, Provider(model), Name(model));
    }

    public void Used(ModelInfo model, AnswerUsage usage)
    {
        Add(model, "input", usage.InputTokens);
        Add(model, "cached_input", usage.CachedInputTokens);
        Add(model, "output", usage.OutputTokens);
        Add(model, "reasoning", usage.ReasoningTokens);
        if (model.Prices?.CostOf(usage.InputTokens, usage.CachedInputTokens, usage.OutputTokens) is { } cost)
        {
            _cost.Add((double)cost, Provider(model), Name(model));
        }
    }

    private void Add(ModelInfo model, string kind, int tokens)
    {
        if (tokens > 0)
        {
            _tokens.Add(tokens, Provider(model), Name(model), new("kind", kind));
        }
    }

    private static KeyValuePair<string, object?> Provider(ModelInfo model) => new("provider", model.Provider);

    private static KeyValuePair<string, object?> Name(ModelInfo model) => new("model", model.Id);
}
