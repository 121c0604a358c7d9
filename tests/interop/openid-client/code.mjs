// OpenID Connect Core, the code flow: requests, ID tokens, userinfo, refresh, introspection, revocation.
import assert from 'node:assert/strict'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oidc from 'openid-client'
import { check, refused } from '../checks.mjs'
import { AUDIENCE, REDIRECT_URI, browse, home, issuer, newClient, newRequest, plainly, signIn, validate } from './home.mjs'

export async function code() {
  const web = await newClient({ client_name: 'Web', resources: [AUDIENCE], access_token_signed_response_alg: 'ES256' })
  const tokens = await check('authorization code flow with PKCE, state, nonce and iss', () => signIn(web))
  const { sub } = tokens.claims()

  await check('an access token by the validation of RFC 9068', async () => {
    const claims = await validate(tokens.access_token, AUDIENCE)
    assert.equal(claims.sub, sub)
    assert.equal(claims.client_id, web.clientMetadata().client_id)
  })
  await refused('an access token for another audience', 'OAUTH_JWT_CLAIM_COMPARISON_FAILED', () =>
    validate(tokens.access_token, 'https://other.example'))
  await check('userinfo', async () => {
    const claims = await oidc.fetchUserInfo(web, tokens.access_token, sub)
    assert.deepEqual([claims.name, claims.email, claims.email_verified], [home.user.name, home.user.email, true])
  })
  await check('userinfo by POST with the token in the body', async () => {
    const url = web.serverMetadata().userinfo_endpoint
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ access_token: tokens.access_token }) })
    assert.equal((await response.json()).sub, sub)
  })
  await check('introspection', async () => {
    const answer = await oidc.tokenIntrospection(web, tokens.access_token)
    assert.deepEqual([answer.active, answer.sub, answer.iss], [true, sub, issuer])
  })
  await check('refresh, and the ID token that comes with it', async () => {
    const answer = await oidc.refreshTokenGrant(web, tokens.refresh_token)
    assert.equal(answer.claims().sub, sub)
    assert.equal(answer.claims().auth_time, tokens.claims().auth_time)
  })
  await check('revocation', async () => {
    const { refresh_token } = await signIn(web)
    await oidc.tokenRevocation(web, refresh_token)
    assert.deepEqual(await oidc.tokenIntrospection(web, refresh_token), { active: false })
  })
  await refused('a person who says no', 'access_denied', async () => {
    const request = await newRequest({ prompt: 'consent' })
    const [callback] = await browse([plainly(web, request.parameters)], '--deny')
    await oidc.authorizationCodeGrant(web, new URL(callback), request.checks)
  })
  await prompts(web)
}

/** RFC-sized checks of `prompt`, `max_age`, `acr` and hints, in one browser each. */
async function prompts(web) {
  const finish = (callback, request, more) =>
    oidc.authorizationCodeGrant(web, new URL(callback), { ...request.checks, ...more })
  await refused('prompt=none of somebody who is not signed in', 'login_required', async () => {
    const request = await newRequest({ prompt: 'none' })
    await finish((await browse([plainly(web, request.parameters)]))[0], request)
  })
  await check('prompt=none of somebody who is', async () => {
    const [first, second] = [await newRequest(), await newRequest({ prompt: 'none' })]
    const [, callback] = await browse([plainly(web, first.parameters), plainly(web, second.parameters)])
    await finish(callback, second)
  })
  await check('prompt=login and max_age sign in again', async () => {
    const requests = [await newRequest(), await newRequest({ prompt: 'login' }), await newRequest({ max_age: '0' })]
    const [, again, aged] = await browse(requests.map(({ parameters }) => plainly(web, parameters)))
    await finish(again, requests[1])
    assert.ok((await finish(aged, requests[2], { maxAge: 0 })).claims().auth_time)
  })
  await check('default_max_age and require_auth_time of the registration', async () => {
    const aged = await newClient({ default_max_age: 3600, require_auth_time: true })
    assert.ok((await signIn(aged)).claims().auth_time)
  })
  await check('id_token_hint of the same person', async () => {
    const first = await newRequest()
    const browser = [plainly(web, first.parameters)]
    const hinted = await newRequest({ id_token_hint: (await signIn(web)).id_token, prompt: 'none' })
    const [, callback] = await browse([...browser, plainly(web, hinted.parameters)])
    await finish(callback, hinted)
  })
}

/** OpenID Connect Core §5.5. */
export async function claimsParameter() {
  const web = await newClient({})
  await check('the claims parameter, for the ID token and for userinfo', async () => {
    const claims = { id_token: { email: { essential: true }, auth_time: null }, userinfo: { name: null } }
    const tokens = await signIn(web, { parameters: { scope: 'openid', claims: JSON.stringify(claims) } })
    assert.equal(tokens.claims().email, home.user.email)
    const { name, sub } = await oidc.fetchUserInfo(web, tokens.access_token, tokens.claims().sub)
    assert.deepEqual([name, sub], [home.user.name, tokens.claims().sub])
  })
  await check('the claims parameter: a subject that is somebody else is not signed in', async () => {
    const claims = { id_token: { sub: { value: 'somebody-else' } } }
    const request = await newRequest({ prompt: 'none', claims: JSON.stringify(claims) })
    const [, callback] = await browse([plainly(web, (await newRequest()).parameters), plainly(web, request.parameters)])
    assert.ok(new URL(callback).searchParams.get('error'))
  })
}

/** OAuth 2.0 Form Post Response Mode. */
export async function formPost() {
  const web = await newClient({})
  await check('response_mode form_post', () => signIn(web, { parameters: { response_mode: 'form_post' } }))
}

/** Answers as JWT, and pairwise subjects: what a client registers for. */
export async function registeredResponses() {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    const web = await newClient({ id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg })
    await check(`ID token and userinfo signed with ${alg}`, async () => {
      const tokens = await signIn(web)
      assert.equal(decodeProtectedHeader(tokens.id_token).alg, alg)
      const claims = await oidc.fetchUserInfo(web, tokens.access_token, tokens.claims().sub)
      assert.deepEqual([claims.iss, claims.aud].flat(), [issuer, web.clientMetadata().client_id])
    })
  }
  await check('introspection as a signed JWT', async () => {
    const types = []
    const noting = async (...request) => {
      const response = await fetch(...request)
      types.push(response.headers.get('content-type'))
      return response
    }
    const service = await newClient({ introspection_signed_response_alg: 'ES256' }, undefined, { fetch: noting })
    const { access_token } = await signIn(service)
    const answer = await oidc.tokenIntrospection(service, access_token)
    assert.equal(types.at(-1), 'application/token-introspection+jwt')
    assert.equal(answer.active, true)
    assert.equal(answer.sub, decodeJwt(access_token).sub)
  })
  await check('pairwise subjects: two sectors cannot compare, one can', async () => {
    const at = (host) => ({ subject_type: 'pairwise', redirect_uris: [REDIRECT_URI.replace('client.example', host)] })
    const subject = async (host) => {
      const config = await newClient(at(host))
      const redirect_uri = at(host).redirect_uris[0]
      const request = await newRequest({ redirect_uri })
      const [callback] = await browse([plainly(config, request.parameters)], '--to', redirect_uri)
      return (await oidc.authorizationCodeGrant(config, new URL(callback), request.checks)).claims().sub
    }
    const [first, same, other] = [await subject('a.example'), await subject('a.example'), await subject('b.example')]
    assert.equal(first, same)
    assert.notEqual(first, other)
  })
}
