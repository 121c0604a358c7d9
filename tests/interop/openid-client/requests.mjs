// How a request reaches the server and how its answer comes back: PAR (RFC 9126), JAR (RFC 9101), JARM.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { check, refused } from '../checks.mjs'
import { browse, metadata, newClient, newKey, newRequest, plainly, pushed, signIn, signed, signedAndPushed } from './home.mjs'

export async function pushedRequests() {
  const web = await newClient({ require_pushed_authorization_requests: true })
  await check('PAR', () => signIn(web, { send: pushed() }))
  await check('PAR: a person who signs in after the request was shown', async () => {
    const request = await newRequest({ prompt: 'login' })
    const url = await pushed()(web, request.parameters)
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])
    const [callback] = await browse([url])
    await oidc.authorizationCodeGrant(web, new URL(callback), request.checks)
  })
  await check('refused: a request that was not pushed, where the registration demands it', async () => {
    await assert.rejects(browse([plainly(web, (await newRequest()).parameters)]).then(([callback]) =>
      oidc.authorizationCodeGrant(web, new URL(callback), { expectedState: oidc.skipStateCheck })))
  })
  await check('refused: a pushed request a second time', async () => {
    const url = await pushed()(web, (await newRequest()).parameters)
    await browse([url])
    await assert.rejects(browse([url]))
  })
  await refused('PAR with a redirect URI that is not registered', 'invalid_request', async () =>
    pushed()(web, (await newRequest({ redirect_uri: 'https://other.example/callback' })).parameters))
}

export async function requestObjects() {
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    const keys = await newKey(alg)
    const asked = { jwks: keys.jwks, request_object_signing_alg: alg, require_signed_request_object: true }
    await check(`a signed request object with ${alg}`, async () =>
      signIn(await newClient(asked), { send: signed(keys.key) }))
  }
  const keys = await newKey()
  const web = await newClient({ jwks: keys.jwks, require_signed_request_object: true })
  await check('a signed request object, pushed', () => signIn(web, { send: signedAndPushed(keys.key) }))
  await check('refused: parameters without a signature, where the registration demands one', async () => {
    await assert.rejects(browse([plainly(web, (await newRequest()).parameters)]).then(([callback]) =>
      oidc.authorizationCodeGrant(web, new URL(callback), { expectedState: oidc.skipStateCheck })))
  })
  await check('refused: a request object that another key has signed', async () => {
    const url = await signed((await newKey()).key)(web, (await newRequest()).parameters)
    await assert.rejects(browse([url]).then(([callback]) =>
      oidc.authorizationCodeGrant(web, new URL(callback), { expectedState: oidc.skipStateCheck })))
  })
}

/** The answer as a signed JWT. */
export async function signedAnswers() {
  for (const alg of ['RS256', 'ES256', 'EdDSA']) {
    const web = await newClient({ authorization_signed_response_alg: alg }, undefined, { jwtResponses: true })
    for (const response_mode of ['jwt', 'query.jwt', 'form_post.jwt']) {
      await check(`JARM: ${response_mode} with ${alg}`, () => signIn(web, { parameters: { response_mode } }))
    }
  }
  const web = await newClient({}, undefined, { jwtResponses: true })
  const validated = async (parameters, ...options) => {
    const request = await newRequest({ response_mode: 'jwt', ...parameters })
    const [callback] = await browse([plainly(web, request.parameters)], ...options)
    const client = { client_id: web.clientMetadata().client_id, authorization_signed_response_alg: 'RS256' }
    return oauth.validateJwtAuthResponse(await metadata(), client, new URL(callback), request.parameters.state, {
      [oauth.allowInsecureRequests]: true,
    })
  }
  await check('JARM by the validation of oauth4webapi', async () => assert.ok((await validated()).get('code')))
  await refused('JARM: a person who says no', 'access_denied', () => validated({ prompt: 'consent' }, '--deny'))
}
