// A real OpenID provider on loopback. ACCOUNTS holds the people it knows: {"name": {claims}}; the claim sub is the name unless it says another.
// A page asks for the account and believes the answer. Prints its issuer once it listens.
import http from "node:http";
import { Provider, interactionPolicy } from "oidc-provider";

const accounts = JSON.parse(process.env.ACCOUNTS);
const server = http.createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const claimsOf = (name) => ({ sub: name, ...accounts[name] });
const nameOf = (sub) => Object.keys(accounts).find((name) => claimsOf(name).sub === sub);

const policy = interactionPolicy.base();
policy.get("consent").checks.remove("native_client_prompt");

const provider = new Provider(issuer, {
  // Of a native client the port of a loopback address does not count (RFC 8252, section 7.3), and each test has its own.
  clients: [{
    client_id: "convo", client_secret: "a secret of the tests alone", application_type: "native", token_endpoint_auth_method: "client_secret_post",
    redirect_uris: ["http://127.0.0.1/account/provider/callback", "http://localhost/account/provider/callback"], grant_types: ["authorization_code"], response_types: ["code"],
  }],
  pkce: { methods: ["S256"], required: () => true },
  scopes: ["openid", "profile", "email"],
  claims: { openid: ["sub"], profile: ["name", "picture", "groups"], email: ["email", "email_verified"] },
  findAccount: (_, sub) => ({ accountId: sub, claims: async () => claimsOf(nameOf(sub)) }),
  // People of an organisation are not asked whether the organisation's own program may know them.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
  features: { devInteractions: { enabled: false } },
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ["only for tests"] },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
});

const answer = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/interaction/")) {
    answer(request, response);
    return;
  }

  const name = request.method === "POST" ? new URLSearchParams(await text(request)).get("account") : null;
  if (name === "refuses") {
    await provider.interactionFinished(request, response, { error: "access_denied", error_description: "not today" });
  } else if (name && accounts[name]) {
    await provider.interactionFinished(request, response, { login: { accountId: claimsOf(name).sub } });
  } else {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end('<!doctype html><title>Provider</title><link rel="icon" href="data:,"><form method="post"><label>Account <input name="account"></label><button>Continue</button></form>');
  }
});

async function text(request) {
  let body = "";
  for await (const piece of request) body += piece;
  return body;
}

console.log(issuer);
