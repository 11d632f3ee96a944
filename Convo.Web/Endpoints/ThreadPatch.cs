using System.Text.Json;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints;

/// <summary>A PATCH of a thread. Elements tell a member that is missing (unchanged) from one that is null (cleared).</summary>
internal sealed record ThreadPatch(
    JsonElement Title, JsonElement Model, JsonElement Temperature, JsonElement SystemPrompt,
    JsonElement Pinned, JsonElement Archived, JsonElement CollectionIds, JsonElement LeafId)
{
    public ThreadChange ToChange() => new()
    {
        Title = Read<string?>(Title, "title"),
        Model = Read<string?>(Model, "model"),
        Temperature = Read<double?>(Temperature, "temperature"),
        SystemPrompt = Read<string?>(SystemPrompt, "system_prompt"),
        Pinned = Read<bool>(Pinned, "pinned"),
        Archived = Read<bool>(Archived, "archived"),
        CollectionIds = ReadList(CollectionIds, "collection_ids"),
        LeafId = Read<Guid>(LeafId, "leaf_id"),
    };

    private static Change<IReadOnlyList<Guid>> ReadList(JsonElement element, string field)
    {
        var read = Read<List<Guid>?>(element, field);
        return read.IsSet ? new Change<IReadOnlyList<Guid>>(true, read.Value ?? []) : default;
    }

    private static Change<T> Read<T>(JsonElement element, string field)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
        {
            return default;
        }

        try
        {
            return new Change<T>(true, element.Deserialize<T>(ConvoJson.Options)!);
        }
        catch (JsonException)
        {
            throw ConvoException.Invalid(field, $"{field} has a value of the wrong type.");
        }
    }
}
