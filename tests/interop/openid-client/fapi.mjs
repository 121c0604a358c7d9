// The client of the FAPI 2.0 Security Profile and of Message Signing: PAR, private_key_jwt, DPoP, signed both ways.
import assert from 'node:assert/strict'
import * as oidc from 'openid-client'
import { check } from '../checks.mjs'
import { AUDIENCE, browse, discover, issuer, newKey, newRequest, plainly, pushed, register, signIn, signedAndPushed } from './home.mjs'

/** FAPI 2.0 wants the issuer, and nothing else, as the audience of assertions. */
const byIssuer = { [oidc.modifyAssertion]: (_, payload) => { payload.aud = issuer } }

/** What Message Signing signs beside the ID token. */
const SIGNED = { authorization_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' }

async function client(profile, alg, options) {
  const keys = await newKey(alg)
  const registered = register({
    profile, token_endpoint_auth_method: 'private_key_jwt', jwks: keys.jwks, dpop_bound_access_tokens: true,
    id_token_signed_response_alg: 'ES256', resources: [AUDIENCE],
    ...(profile === 'fapi2_message_signing' && SIGNED),
  })
  const config = await discover(registered, oidc.PrivateKeyJwt(keys.key, byIssuer), options)
  return { config, keys, handle: oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256')) }
}

export async function fapi() {
  for (const alg of ['ES256', 'PS256', 'EdDSA']) {
    await check(`FAPI 2.0 Security Profile with ${alg}`, async () => {
      const { config, handle } = await client('fapi2_security', alg)
      const tokens = await signIn(config, { send: pushed(handle), dpop: handle })
      await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP: handle })
      const answer = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP: handle })
      assert.ok(answer.access_token)
    })
  }
  await check('FAPI 2.0 Message Signing: signed request, signed answer, signed introspection', async () => {
    const { config, keys, handle } = await client('fapi2_message_signing', 'ES256', { jwtResponses: true })
    const send = signedAndPushed(keys.key, handle)
    const tokens = await signIn(config, { send, dpop: handle, parameters: { response_mode: 'jwt' } })
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, true)
  })
  await check('refused: a request that was not pushed', async () => {
    const { config } = await client('fapi2_security', 'ES256')
    await assert.rejects(browse([plainly(config, (await newRequest()).parameters)]).then(([callback]) =>
      oidc.authorizationCodeGrant(config, new URL(callback), { expectedState: oidc.skipStateCheck })))
  })
  await check('refused: a code without the proof of its key', async () => {
    const { config, handle } = await client('fapi2_security', 'ES256')
    await assert.rejects(signIn(config, { send: pushed(handle) }))
  })
}
