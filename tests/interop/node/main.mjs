// openid-client signs in and gets tokens; jose verifies them as a service would. Both with their strict checks on.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeProtectedHeader } from 'jose'
import * as oidc from 'openid-client'
import { check, close, refused } from '../checks.mjs'
import { altered, badlySigned, claimsOf, signedWithPublicKey, unsigned } from './forge.mjs'
import { accessTokenVerifier, ALGORITHMS } from './verify.mjs'

const demo = JSON.parse(readFileSync(process.env.LATCHKEY_DEMO))
const { web, service, native } = demo.clients
const SCOPE = 'openid profile email offline_access'

/** A configured client. Plain http is for a loopback issuer alone; ID token signatures are checked although TLS would do. */
function discover(client, authentication) {
  const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks]
  return oidc.discovery(new URL(demo.issuer), client.client_id, undefined, authentication, { execute })
}

/** The authorization code flow with PKCE, state and nonce. Gives the tokens. */
async function signIn(config, client) {
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: client.redirect_uris[0], scope: SCOPE, state, nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const callback = execFileSync('../signin', [url.href], { encoding: 'utf8' }).trim()
  assert.equal(new URL(callback).searchParams.get('iss'), demo.issuer, 'RFC 9207: iss in the response')
  return oidc.authorizationCodeGrant(config, new URL(callback), {
    pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
  })
}

const webConfig = await check('discovery', () => discover(web, oidc.ClientSecretBasic(web.client_secret)))
const server = webConfig.serverMetadata()
const verify = accessTokenVerifier(demo.issuer, web.audience, server.jwks_uri)

await check('RFC 8414 metadata tells the same as OpenID discovery', async () => {
  const oauth = await (await fetch(`${demo.issuer}/.well-known/oauth-authorization-server`)).json()
  for (const [name, value] of Object.entries(oauth)) assert.deepEqual(value, server[name], name)
})

const tokens = await check('authorization code flow with PKCE, state, nonce and iss', () => signIn(webConfig, web))

await check('ID token: iss, aud, exp, nonce, signature', () => {
  const { alg, typ } = decodeProtectedHeader(tokens.id_token)
  assert.ok(ALGORITHMS.includes(alg))
  assert.notEqual(typ, 'at+jwt')
  assert.equal(tokens.claims().iss, demo.issuer)
  assert.deepEqual([tokens.claims().aud].flat(), [web.client_id])
})
await check('userinfo is about the same subject', () =>
  oidc.fetchUserInfo(webConfig, tokens.access_token, tokens.claims().sub))
await check('access token: typ, iss, aud, exp, algorithm, signature', async () => {
  const claims = await verify(tokens.access_token)
  assert.equal(claims.sub, tokens.claims().sub)
  assert.equal(claims.client_id, web.client_id)
})
await check('introspection knows a live token', async () => {
  const answer = await oidc.tokenIntrospection(webConfig, tokens.access_token)
  assert.equal(answer.active, true)
  assert.equal(answer.client_id, web.client_id)
  assert.equal(answer.sub, tokens.claims().sub)
})

// The refresh family: rotation, the retry rule, reuse.
const refresh = (token) => oidc.refreshTokenGrant(webConfig, token)
const second = await check('refresh rotates the token', async () => {
  const answer = await refresh(tokens.refresh_token)
  await verify(answer.access_token)
  assert.notEqual(answer.refresh_token, tokens.refresh_token)
  return answer
})
await check('a retry of the same refresh gets the same successor', async () => {
  assert.equal((await refresh(tokens.refresh_token)).refresh_token, second.refresh_token)
})
const third = await check('the successor refreshes in turn', () => refresh(second.refresh_token))
await refused('a refresh token two generations old', 'invalid_grant', () => refresh(tokens.refresh_token))
await refused('the newest of a family that saw a reuse', 'invalid_grant', () => refresh(third.refresh_token))

// Revocation.
const revoked = await signIn(webConfig, web)
await check('revocation of a refresh token', () => oidc.tokenRevocation(webConfig, revoked.refresh_token))
await refused('a revoked refresh token', 'invalid_grant', () => refresh(revoked.refresh_token))
await check('introspection knows a revoked token', async () => {
  assert.deepEqual(await oidc.tokenIntrospection(webConfig, revoked.refresh_token), { active: false })
})

// The other two kinds of client.
await check('a public client with PKCE alone', async () => {
  const answer = await signIn(await discover(native, oidc.None()), native)
  await accessTokenVerifier(demo.issuer, native.audience, server.jwks_uri)(answer.access_token)
})
await check('client credentials', async () => {
  const config = await discover(service, oidc.ClientSecretBasic(service.client_secret))
  const answer = await oidc.clientCredentialsGrant(config, { scope: 'read' })
  const claims = await accessTokenVerifier(demo.issuer, service.audience, server.jwks_uri)(answer.access_token)
  assert.equal(claims.client_id, service.client_id)
  assert.equal(claims.scope, 'read')
})
await refused('a wrong client secret', 401, async () => {
  const config = await discover(service, oidc.ClientSecretBasic(`${service.client_secret}x`))
  await oidc.clientCredentialsGrant(config)
})

// What a service must refuse.
const token = (await signIn(webConfig, web)).access_token
const { keys } = await (await fetch(server.jwks_uri)).json()
const signatureFails = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const notAllowed = 'ERR_JOSE_ALG_NOT_ALLOWED'
await refused('another audience', 'aud', () =>
  accessTokenVerifier(demo.issuer, 'https://other.example', server.jwks_uri)(token))
await refused('another issuer', 'iss', () =>
  accessTokenVerifier('https://other.example', web.audience, server.jwks_uri)(token))
await refused('changed claims', signatureFails, () => verify(altered(token, { sub: 'somebody-else' })))
await refused('a changed signature', signatureFails, () => verify(badlySigned(token)))
await refused('alg none', notAllowed, () => verify(unsigned(token)))
await refused('an HMAC with the public key', notAllowed, () => verify(signedWithPublicKey(token, keys[0])))
await refused('an ID token as access token', 'typ', () => accessTokenVerifier(
  demo.issuer, web.client_id, server.jwks_uri)(tokens.id_token))
await check('the token is still good before its end', () => verify(token))
await sleep(claimsOf(token).exp * 1000 - Date.now() + 1000)
await refused('an expired token', 'ERR_JWT_EXPIRED', () => verify(token))

process.exitCode = close()
