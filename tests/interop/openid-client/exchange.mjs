// Token exchange (RFC 8693) and the JWT bearer grant (RFC 7523 §2.1).
import assert from 'node:assert/strict'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import { check, refused } from '../checks.mjs'
import { AUDIENCE, discover, register, newClient, signIn, validate } from './home.mjs'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const BILLING = 'https://billing.example.com'

export async function exchange() {
  const gateway = register({
    client_name: 'Gateway', grant_types: [EXCHANGE, 'client_credentials'], redirect_uris: [], scope: 'openid profile email',
    resources: [AUDIENCE, BILLING],
    // It is the API that the tokens of others are for, and calls another one.
    token_exchange_subject_audiences: [AUDIENCE], token_exchange_audiences: [BILLING],
  })
  const config = await discover(gateway)
  const web = await newClient({ resources: [AUDIENCE] })
  const tokens = await signIn(web)
  const swap = (parameters) => oidc.genericGrantRequest(config, EXCHANGE, {
    subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN, ...parameters,
  })
  await check('token exchange: for another resource, with less scope', async () => {
    const answer = await swap({ resource: BILLING, scope: 'email' })
    assert.equal(answer.issued_token_type, ACCESS_TOKEN)
    const claims = await validate(answer.access_token, BILLING)
    assert.deepEqual([claims.sub, claims.scope], [tokens.claims().sub, 'email'])
  })
  await check('token exchange: delegation names who acts', async () => {
    const actor = await oidc.clientCredentialsGrant(config)
    const answer = await swap({ resource: BILLING, actor_token: actor.access_token, actor_token_type: ACCESS_TOKEN })
    assert.ok(decodeJwt(answer.access_token).act.sub)
  })
  await refused('token exchange: more scope than the subject token has', 'invalid_scope', () =>
    swap({ resource: BILLING, scope: 'openid profile email offline_access' }))
  await refused('token exchange: an audience that is not registered', 'invalid_target', () => swap({ resource: 'https://other.example' }))
  await check('refused: token exchange of garbage', () =>
    assert.rejects(swap({ subject_token: 'x' }), (error) => ['invalid_request', 'invalid_grant'].includes(error.error)))
  await refused('token exchange by a client that may not', 'unauthorized_client', () =>
    oidc.genericGrantRequest(web, EXCHANGE, { subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN }))
}
