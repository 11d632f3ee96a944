using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Convo.Web.Hosting;

namespace Convo.Tests.Fixtures;

/// <summary>Words for what tests do with a client.</summary>
internal static class HttpClientExtensions
{
    /// <summary>The token for this client's next form or change. It also leaves the cookie that belongs to it.</summary>
    public static async Task<string> AntiforgeryTokenAsync(this HttpClient client)
    {
        var answer = await client.GetFromJsonAsync<JsonElement>("/api/convo/antiforgery", TestContext.Current.CancellationToken);
        return answer.GetProperty("token").GetString()!;
    }

    /// <summary>Sends a form as a page of Convo does, with its antiforgery token.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(this HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        var token = await client.AntiforgeryTokenAsync();
        var form = fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).Append(KeyValuePair.Create("__RequestVerificationToken", token));
        return await client.PostAsync(path, new FormUrlEncodedContent(form), TestContext.Current.CancellationToken);
    }

    public static Task<HttpResponseMessage> SendJsonAsync(this HttpClient client, HttpMethod method, string path, object? body) => client.SendAsync(
        new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, options: ConvoJson.Options) },
        TestContext.Current.CancellationToken);

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

    /// <summary>Asserts that the answer is a problem object of this status and code, and gives it.</summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"Expected {(int)status} {code} but got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        return problem;
    }
}
