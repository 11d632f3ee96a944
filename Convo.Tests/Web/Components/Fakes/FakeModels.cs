using Convo.Core.Models;

namespace Convo.Tests.Web.Components.Fakes;

internal sealed class FakeModels : IModelCatalogue
{
    public static readonly ModelInfo Small = new("small-1", "openai", "Small One", 128_000, 16_000, new ModelPrices(0.25m, 0.03m, 2m));

    public static readonly ModelInfo Unpriced = new("local-7b", "openai", "Local 7B", 32_000, 4_000, null);

    public ModelInfo Default => Small;

    public IReadOnlyList<ModelInfo> List() => [Small, Unpriced];

    public ModelInfo? Find(string id) => List().FirstOrDefault(model => model.Id == id || model.QualifiedId == id);
}
