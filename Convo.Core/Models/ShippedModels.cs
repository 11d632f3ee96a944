using System.Text.Json;

namespace Convo.Core.Models;

/// <summary>
/// What is known about models without asking anyone: <c>shipped-models.json</c>, with the date its prices were taken. Families give the
/// limits of a model that is named by settings alone; they never give a price.
/// </summary>
internal sealed class ShippedModels
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Dictionary<string, IReadOnlyList<ModelInfo>> _byProvider;
    private readonly IReadOnlyList<Family> _families;

    private ShippedModels(Document document)
    {
        Taken = document.Taken;
        _byProvider = document.Models.GroupBy(m => m.Provider).ToDictionary(g => g.Key, g => (IReadOnlyList<ModelInfo>)[.. g.Select(m => m.ToModel())]);
        _families = [.. document.Families.OrderByDescending(f => f.Prefix.Length)];
    }

    public static ShippedModels Instance { get; } = Load();

    /// <summary>The day the prices were taken.</summary>
    public DateOnly Taken { get; }

    public IReadOnlyList<ModelInfo> Of(string provider) => _byProvider.GetValueOrDefault(provider, []);

    /// <summary>A model that only a setting or an endpoint names: limits of what it is known to be a version of, no price.</summary>
    /// <param name="fallback">Limits when nothing is known about the name.</param>
    public ModelInfo Named(string provider, string id, Limits fallback)
    {
        // An aggregator prefixes the maker ("openai/gpt-4o"); the family is that of the part behind it.
        var name = id[(id.LastIndexOf('/') + 1)..];
        var exact = _byProvider.Values.SelectMany(m => m).FirstOrDefault(m => m.Id == name);
        if (exact is not null)
        {
            return exact with { Id = id, Provider = provider, Name = id == name ? exact.Name : id, Prices = null };
        }

        var family = _families.FirstOrDefault(f => name.StartsWith(f.Prefix, StringComparison.OrdinalIgnoreCase));
        return family is null
            ? new ModelInfo(id, provider, id, fallback.Context, fallback.MaxOutput, Prices: null)
            : new ModelInfo(id, provider, id, family.Context, family.MaxOutput, Prices: null, family.Temperature, family.Images)
            {
                SupportsStop = family.Stop ?? true,
                SupportsSystemPrompt = family.System ?? true,
            };
    }

    /// <summary>A model at a provider's own address: with its price when it is shipped, else as <see cref="Named"/>.</summary>
    public ModelInfo Known(string provider, string id, Limits fallback) => Of(provider).FirstOrDefault(m => m.Id == id) ?? Named(provider, id, fallback);

    /// <summary>What a provider at its own address offers: the models named by settings first, then the shipped ones with their prices.</summary>
    public IReadOnlyList<ModelInfo> WithNamed(string provider, IReadOnlyList<string> named, Limits fallback)
    {
        var shipped = Of(provider);
        return [.. named.Select(id => Known(provider, id, fallback)), .. shipped.Where(m => !named.Contains(m.Id))];
    }

    private static ShippedModels Load()
    {
        using var stream = typeof(ShippedModels).Assembly.GetManifestResourceStream("Convo.Core.Models.shipped-models.json")!;
        return new ShippedModels(JsonSerializer.Deserialize<Document>(stream, Json)!);
    }

    internal sealed record Limits(int Context, int MaxOutput);

    private sealed record Document(DateOnly Taken, IReadOnlyList<Entry> Models, IReadOnlyList<Family> Families);

    private sealed record Family(string Prefix, int Context, int MaxOutput, bool Temperature, bool Images, bool? Stop, bool? System);

    private sealed record Entry(
        string Provider, string Id, string Name, int Context, int MaxOutput, decimal? Input, decimal? CachedInput, decimal? Output, bool Temperature, bool Images, bool? Stop)
    {
        public ModelInfo ToModel() => new(
            Id, Provider, Name, Context, MaxOutput,
            Input is { } input && Output is { } output ? new ModelPrices(input, CachedInput ?? input, output) : null,
            Temperature, Images)
        {
            SupportsStop = Stop ?? true,
        };
    }
}
