using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models.Providers.Quoter;

/// <summary>The built-in answerer: no key, no network, no cost. Always there, so that a conversation works before any model is connected.</summary>
internal sealed class QuoterProvider(IOptions<ModelOptions> options, ITokenCounter counter, TimeProvider time) : IModelProvider
{
    public const string ProviderId = "quoter";

    private static readonly IReadOnlyList<ModelInfo> Only =
    [
        new("quoter", ProviderId, "Quoter (built in)", ContextWindow: 128_000, MaxOutputTokens: 1_024, new ModelPrices(0, 0, 0), SupportsTemperature: false),
    ];

    public string Id => ProviderId;

    public string Name => "The Quoter";

    public IReadOnlyList<ModelInfo> Models => Only;

    /// <summary>There is one Quoter, whatever it is called.</summary>
    public ModelInfo Describe(string id) => Only[0] with { Id = id, Name = id };

    public IChatClient Create(ModelInfo model) => new QuoterChatClient(counter, !options.Value.HasProvider, options.Value.QuoterPace, time);
}
