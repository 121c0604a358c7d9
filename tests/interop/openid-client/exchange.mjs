// Token exchange (RFC 8693) and the JWT bearer grant (RFC 7523 §2.1).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { SignJWT, decodeJwt, importPKCS8 } from 'jose'
import * as oidc from 'openid-client'
import { check, refused } from '../checks.mjs'
import { AUDIENCE, discover, home, issuer, newClient, newKey, register, signIn, validate } from './home.mjs'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
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

/** Somebody whom the operator trusts says who a program is; that is all that it needs. */
export async function workloads() {
  const key = await importPKCS8(readFileSync(`${home.certificates.folder}/issuer.key`, 'utf8'), 'RS256')
  const says = (claims) => new SignJWT({ jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: '1' }).setIssuedAt().setExpirationTime('5m')
    .setIssuer('https://ci.example.com').setAudience(issuer)
  const client = register({ grant_types: [BEARER], redirect_uris: [], scope: 'read write', resources: [AUDIENCE] })
  const config = await discover(client)
  const bear = async (token, signer = key) =>
    oidc.genericGrantRequest(config, BEARER, { assertion: await token.sign(signer), scope: 'read' })
  await check('JWT bearer grant: a job of a trusted issuer', async () => {
    const { access_token } = await bear(says({ sub: 'repo:example/site' }))
    const claims = await validate(access_token, AUDIENCE)
    assert.equal(claims.scope, 'read')
    assert.ok(claims.sub.includes('repo:example/site'), claims.sub)
  })
  await refused('JWT bearer grant: a subject that the issuer is not trusted for', 'invalid_grant', () =>
    bear(says({ sub: 'repo:other/site' })))
  await refused('JWT bearer grant: another key', 'invalid_grant', async () =>
    bear(says({ sub: 'repo:example/site' }), (await newKey('RS256')).privateKey))
  await refused('JWT bearer grant: a token for somebody else', 'invalid_grant', () =>
    bear(says({ sub: 'repo:example/site' }).setAudience('https://other.example')))
  await refused('JWT bearer grant: a token a second time', 'invalid_grant', async () => {
    const token = says({ sub: 'repo:example/site' })
    await bear(token)
    await bear(token)
  })
  const subject = 'repo:example/deployment'
  const workload = register({
    grant_types: ['client_credentials'], redirect_uris: [], scope: 'read', resources: [AUDIENCE],
    token_endpoint_auth_method: 'private_key_jwt', workload_identities: [{ issuer: 'https://ci.example.com', subject }],
  })
  await check('a job of a trusted issuer is a client by what the issuer says of it', async () => {
    const token = await says({ sub: subject }).sign(key)
    const config = await discover(workload, (_, { client_id }, body) => {
      body.set('client_id', client_id)
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      body.set('client_assertion', token)
    })
    const { access_token } = await oidc.clientCredentialsGrant(config, { scope: 'read' })
    assert.equal((await validate(access_token, AUDIENCE)).client_id, workload.client_id)
  })
  await refused('a job by a key of its own, which it has not registered', 401, async () => {
    const { key: own } = await newKey()
    await oidc.clientCredentialsGrant(await discover(workload, oidc.PrivateKeyJwt(own)), { scope: 'read' })
  })
}
