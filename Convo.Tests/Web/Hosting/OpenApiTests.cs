using System.Net;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

public sealed class OpenApiTests
{
    [Fact]
    public async Task OpenApi_EveryOperation_HasASummaryAndItsProblems()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();

        using var response = await client.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var operations = (await response.JsonAsync()).GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name} {path.Name}", operation.Value)))
            .ToList();
        Assert.NotEmpty(operations);
        Assert.All(operations, operation =>
        {
            Assert.True(operation.Value.TryGetProperty("summary", out _), $"{operation.Name} has no summary");
            Assert.True(operation.Value.GetProperty("responses").TryGetProperty("400", out _), $"{operation.Name} names no problems");
        });
    }
}
