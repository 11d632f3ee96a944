using System.Net;
using System.Text.Json;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

public sealed class CollectionEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Routes_FromCreationToDeletion_KeepTheContract()
    {
        var app = await ConvoApp.SharedAsync();
        var (ada, ben) = (await app.CreateUserAsync(), await app.CreateUserAsync());
        using var owner = app.CreateClient(ada);
        using var reader = app.CreateClient(ben);

        using var created = await owner.SendJsonAsync(
            HttpMethod.Post, "/api/convo/collections", new { name = "Policies", description = "What holds for everybody", members = new[] { new { email = ben.Email, access = "read" } } });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var body = await created.JsonAsync();
        var id = body.GetProperty("id").GetGuid();
        Assert.Equal($"/api/convo/collections/{id}", created.Headers.Location?.OriginalString);
        Assert.Equal(("owner", 1), (body.GetProperty("access").GetString(), body.GetProperty("members").GetArrayLength()));

        using var file = await UploadAsync(owner, "The harbour gate closes at ten."u8.ToArray(), id);
        var fileId = (await file.JsonAsync()).GetProperty("id").GetGuid();
        Assert.Equal(fileId, (await ItemsAsync(reader, $"/api/convo/collections/{id}/attachments")).Single().GetProperty("id").GetGuid());
        Assert.Equal("read", (await ItemsAsync(reader, "/api/convo/collections")).Single(c => c.GetProperty("id").GetGuid() == id).GetProperty("access").GetString());
        using var refused = await UploadAsync(reader, "mine"u8.ToArray(), id);
        await refused.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var forbidden = await reader.SendJsonAsync(HttpMethod.Patch, $"/api/convo/collections/{id}", new { name = "Mine" });
        await forbidden.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "collection_owner_only");

        using var changed = await owner.SendJsonAsync(HttpMethod.Patch, $"/api/convo/collections/{id}", new { name = "Rules", members = new[] { new { user_id = ben.Id, access = "write" } } });
        Assert.Equal(("Rules", "What holds for everybody", "write"), await changed.JsonAsync() is var after
            ? (after.GetProperty("name").GetString(), after.GetProperty("description").GetString(), after.GetProperty("members")[0].GetProperty("access").GetString()) : default);
        Assert.Equal(HttpStatusCode.NoContent, (await reader.DeleteAsync($"/api/convo/collections/{id}/attachments/{fileId}", Token)).StatusCode);
        using var attached = await owner.PutAsync($"/api/convo/collections/{id}/attachments/{fileId}", null, Token);
        Assert.Equal(HttpStatusCode.NoContent, attached.StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await owner.DeleteAsync($"/api/convo/collections/{id}", Token)).StatusCode);
        using var gone = await owner.GetAsync($"/api/convo/attachments/{fileId}", Token);
        await gone.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task EveryRoute_OfAForeignCollection_Is404()
    {
        var app = await ConvoApp.SharedAsync();
        using var owner = app.CreateClient(await app.CreateUserAsync());
        using var other = app.CreateClient(await app.CreateUserAsync());
        using var created = await owner.SendJsonAsync(HttpMethod.Post, "/api/convo/collections", new { name = "Secret" });
        var id = (await created.JsonAsync()).GetProperty("id").GetGuid();
        var thread = (await (await owner.SendJsonAsync(HttpMethod.Post, "/api/convo/threads", new { collection_ids = new[] { id } })).JsonAsync()).GetProperty("id").GetGuid();

        (HttpMethod Method, string Path, object? Body)[] routes =
        [
            (HttpMethod.Get, $"/api/convo/collections/{id}", null), (HttpMethod.Patch, $"/api/convo/collections/{id}", new { name = "Mine" }),
            (HttpMethod.Delete, $"/api/convo/collections/{id}", null), (HttpMethod.Get, $"/api/convo/collections/{id}/attachments", null),
            (HttpMethod.Put, $"/api/convo/collections/{id}/attachments/{id}", null), (HttpMethod.Delete, $"/api/convo/collections/{id}/attachments/{id}", null),
            (HttpMethod.Get, $"/api/convo/search?q=x&collection_id={id}", null), (HttpMethod.Get, $"/api/convo/search?q=x&thread_id={thread}", null),
            (HttpMethod.Post, "/api/convo/threads", new { collection_ids = new[] { id } }),
        ];
        foreach (var (method, path, body) in routes)
        {
            using var response = await other.SendJsonAsync(method, path, body);
            await response.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
        }
    }

    [Fact]
    public async Task Create_WithWhatCannotBe_IsA400ThatNamesTheField()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());
        (object Body, string Field)[] cases =
        [
            (new { name = "" }, "name"), (new { description = "no name" }, "name"), (new { name = new string('x', 121) }, "name"),
            (new { name = "a", members = new[] { new { access = "read" } } }, "members"), (new { name = "a", members = new[] { new { email = "a@b.c", access = "owner" } } }, "members"),
        ];
        foreach (var (body, field) in cases)
        {
            using var response = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/collections", body);
            Assert.Equal(field, (await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("field").GetString());
        }
    }

    private static async Task<List<JsonElement>> ItemsAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Token);
        return [.. (await response.JsonAsync()).GetProperty("items").EnumerateArray()];
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, byte[] bytes, Guid collection)
    {
        using var form = new MultipartFormDataContent { { new StringContent(collection.ToString()), "collection_id" }, { new ByteArrayContent(bytes), "file", "gate.txt" } };
        return await client.PostAsync("/api/convo/attachments", form, Token);
    }
}
