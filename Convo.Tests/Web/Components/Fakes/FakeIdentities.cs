using Convo.Core.Accounts;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Forms;

namespace Convo.Tests.Web.Components.Fakes;

internal sealed class FakeIdentities(Identity person) : IIdentityService
{
    public Task<Identity?> FindSessionAsync(Guid sessionId, string securityStamp, CancellationToken cancellationToken) =>
        Task.FromResult(sessionId == person.SessionId && securityStamp == person.SecurityStamp ? person : null);

    public Task<Identity?> FindApiKeyAsync(string key, CancellationToken cancellationToken) => Task.FromResult<Identity?>(null);
}

internal sealed class SignedIn(Identity person) : AuthenticationStateProvider
{
    public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(person.ToPrincipal("Test")));
}

internal sealed class FakeAntiforgery : AntiforgeryStateProvider
{
    public override AntiforgeryRequestToken? GetAntiforgeryToken() => new("token", "field");
}
