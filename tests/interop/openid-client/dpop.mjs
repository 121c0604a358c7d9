// Tokens that are good in the hands of one key alone: DPoP (RFC 9449).
import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { check, refused } from '../checks.mjs'
import { AUDIENCE, browse, newClient, newRequest, pushed, signIn, validate } from './home.mjs'

export async function dpop() {
  for (const alg of ['ES256', 'Ed25519', 'PS256', 'RS256']) {
    await check(`DPoP with ${alg}: code flow, userinfo, refresh`, async () => {
      const config = await newClient({ dpop_bound_access_tokens: true })
      const handle = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair(alg))
      const tokens = await signIn(config, { dpop: handle })
      assert.equal(tokens.token_type, 'dpop')
      assert.equal(decodeJwt(tokens.access_token).cnf.jkt, await handle.calculateThumbprint())
      await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP: handle })
      await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: handle })
      const { cnf, token_type } = await oidc.tokenIntrospection(config, tokens.access_token)
      assert.deepEqual([cnf.jkt, token_type], [await handle.calculateThumbprint(), 'DPoP'])
    })
  }
  const config = await newClient({ resources: [AUDIENCE], dpop_bound_access_tokens: true })
  const pair = await oidc.randomDPoPKeyPair('ES256')
  const handle = oidc.getDPoPHandle(config, pair)
  const tokens = await check('DPoP with dpop_jkt in a pushed request', () => signIn(config, { send: pushed(handle), dpop: handle }))
  await check('a bound token by the validation of RFC 9068 and RFC 9449', async () => {
    const proofs = []
    const fetch = async (_, { headers }) => { proofs.push(new Headers(headers).get('dpop')); return new Response() }
    await oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(AUDIENCE), undefined, undefined, {
      DPoP: oauth.DPoP({}, pair), [oauth.customFetch]: fetch,
    })
    await validate(tokens.access_token, AUDIENCE, { scheme: 'DPoP', dpop: proofs[0] })
  })
  await check('refused: a bound token as a bearer token', async () => {
    const response = await fetch(config.serverMetadata().userinfo_endpoint, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    assert.equal(response.status, 401)
  })
  await refused('a token request without a proof, where the registration demands one', 'invalid_dpop_proof', () => signIn(config))
  await refused('a code that was asked for with another key', 'invalid_grant', async () => {
    const other = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
    const request = await newRequest({ dpop_jkt: await handle.calculateThumbprint() })
    const [callback] = await browse([oidc.buildAuthorizationUrl(config, request.parameters)])
    await oidc.authorizationCodeGrant(config, new URL(callback), request.checks, undefined, { DPoP: other })
  })
  await publicClient()
}

/** A public client's refresh token is bound to its key: RFC 9449 §5. */
async function publicClient() {
  const config = await newClient({ token_endpoint_auth_method: 'none', application_type: 'native' })
  const handle = async () => oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'))
  const mine = await handle()
  const tokens = await check('DPoP: a public client', () => signIn(config, { dpop: mine }))
  await check("refused: a public client's refresh token with another key", async () => {
    const other = await handle()
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: other }), (error) =>
      ['invalid_grant', 'invalid_dpop_proof'].includes(error.error))
    await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: mine })
  })
}
