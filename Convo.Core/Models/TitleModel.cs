using Convo.Core.Accounts;
using Convo.Core.Models.Providers.Anthropic;
using Convo.Core.Models.Providers.Gemini;
using Convo.Core.Models.Providers.OpenAI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

/// <summary>Chooses who names threads: the model of the setting, else the cheapest a person may use, else nobody.</summary>
internal sealed class TitleModel(IModelCatalogue catalogue, IOptions<ModelOptions> options)
{
    private const string Auto = "auto";
    private const string Off = "off";

    /// <summary>Null: the rule names the thread.</summary>
    public ModelInfo? For(Caller caller) => options.Value.TitleModel switch
    {
        Off => null,
        Auto => catalogue.ListFor(caller).Where(m => m.Prices is not null && IsAtOwnAddress(m) && catalogue.ProblemOf(m) is null).MinBy(m => m.Prices!.Input + m.Prices.Output),
        var id => catalogue.Find(id),
    };

    /// <summary>Behind an address of one's own stands who knows what, at whatever price; it is asked only when the setting says so.</summary>
    private bool IsAtOwnAddress(ModelInfo model) => model.Provider switch
    {
        OpenAIProvider.ProviderId => options.Value.OpenAI.BaseUrl is null,
        AnthropicProvider.ProviderId => options.Value.Anthropic.BaseUrl is null,
        GeminiProvider.ProviderId => options.Value.Gemini.BaseUrl is null,
        _ => false,
    };
}
