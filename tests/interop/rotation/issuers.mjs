// The two sources of fresh tokens: a service by client credentials, and a signed-in person's client by refresh.
import { execFileSync } from 'node:child_process'
import * as oidc from 'openid-client'

const discover = (demo, client) => oidc.discovery(new URL(demo.issuer), client.client_id, undefined,
  oidc.ClientSecretBasic(client.client_secret), { execute: [oidc.allowInsecureRequests] })

const accessToken = (demo, client, token) => ({
  token, expected: { issuer: demo.issuer, audience: client.audience, typ: 'at+jwt', algorithms: ['ES256', 'RS256', 'EdDSA'] },
})

/** Gives a function that resolves to fresh tokens, each with what a verifier should expect of it. */
export async function service(demo) {
  const client = demo.clients.service
  const config = await discover(demo, client)
  return async () => [accessToken(demo, client, (await oidc.clientCredentialsGrant(config)).access_token)]
}

/** The same for a client that a person has signed in to; it brings ID tokens too. */
export async function person(demo) {
  const client = demo.clients.web
  const config = await discover(demo, client)
  const verifier = oidc.randomPKCECodeVerifier()
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: client.redirect_uris[0], scope: 'openid offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const callback = execFileSync('../signin', [url.href], { encoding: 'utf8' }).trim()
  let tokens = await oidc.authorizationCodeGrant(config, new URL(callback), { pkceCodeVerifier: verifier })
  return async () => {
    tokens = await oidc.refreshTokenGrant(config, tokens.refresh_token)
    const fresh = [accessToken(demo, client, tokens.access_token)]
    if (tokens.id_token) {
      fresh.push({ token: tokens.id_token, expected: { issuer: demo.issuer, audience: client.client_id } })
    }
    return fresh
  }
}
