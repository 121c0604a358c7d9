// Signing out: asked for by a client, and told to the others (RP-Initiated and Back-Channel Logout).
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import * as jose from 'jose'
import * as oidc from 'openid-client'
import { check } from '../checks.mjs'
import { browse, issuer, metadata, newClient, newRequest, plainly } from './home.mjs'

const AFTER = 'https://client.example/signed-out'

/** A client that listens for logout tokens; `next` is the next one. */
async function listener() {
  const server = createServer(async (request, response) => {
    const body = []
    for await (const part of request) body.push(part)
    response.setHeader('cache-control', 'no-store').end()
    server.emit('told', new URLSearchParams(Buffer.concat(body).toString()).get('logout_token'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const next = async () => (await once(server, 'told', { signal: AbortSignal.timeout(20_000) }))[0]
  return { server, next, uri: `http://127.0.0.1:${server.address().port}/backchannel` }
}

/** Back-Channel Logout §2.6, by the library that verifies our access tokens too. */
async function verify(token, client_id) {
  const keys = jose.createRemoteJWKSet(new URL((await metadata()).jwks_uri))
  const { payload } = await jose.jwtVerify(token, keys, {
    issuer, audience: client_id, typ: 'logout+jwt', requiredClaims: ['iat', 'exp', 'jti', 'events'],
  })
  assert.deepEqual(payload.events, { 'http://schemas.openid.net/event/backchannel-logout': {} })
  assert.equal(payload.nonce, undefined)
  return payload
}

export async function logout() {
  const told = await listener()
  const config = await newClient({
    post_logout_redirect_uris: [AFTER], backchannel_logout_uri: told.uri, backchannel_logout_session_required: true,
  })
  const other = await newClient({})
  const request = await newRequest()
  const [callback] = await browse([plainly(config, request.parameters)])
  const tokens = await oidc.authorizationCodeGrant(config, new URL(callback), request.checks)
  await check('RP-initiated logout comes back with its state', async () => {
    // One browser: signs in, leaves, and is nobody to the next client.
    const [first, third] = [await newRequest(), await newRequest({ prompt: 'none' })]
    const leave = oidc.buildEndSessionUrl(config, {
      post_logout_redirect_uri: AFTER, id_token_hint: tokens.id_token, state: 'left',
    })
    const [, end, after] = await browse([plainly(config, first.parameters), leave, plainly(other, third.parameters)], '--to', AFTER)
    assert.equal(end, `${AFTER}?state=left`)
    assert.equal(new URL(after).searchParams.get('error'), 'login_required')
  })
  await check('back-channel logout tells a client, by a token that it can verify', async () => {
    const leave = oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: AFTER, id_token_hint: tokens.id_token })
    const coming = told.next()
    const first = await newRequest({ scope: 'openid' })
    const [came] = await browse([plainly(config, first.parameters), leave], '--to', AFTER)
    const payload = await verify(await coming, config.clientMetadata().client_id)
    assert.equal(payload.sub, tokens.claims().sub)
    assert.ok(payload.sid)
    // What was begun in the session has ended with it.
    await assert.rejects(oidc.authorizationCodeGrant(config, new URL(came), first.checks), { error: 'invalid_grant' })
  })
  told.server.close()
}
