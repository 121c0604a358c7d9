// How clients prove who they are: secrets, assertions (RFC 7523, OpenID Connect Core §9), certificates (RFC 8705).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { decodeJwt } from 'jose'
import * as oidc from 'openid-client'
import { Agent, fetch as undiciFetch } from 'undici'
import { check, refused } from '../checks.mjs'
import { AUDIENCE, discover, home, newClient, newKey, register, signIn, validate } from './home.mjs'

const SERVICE = { grant_types: ['client_credentials'], redirect_uris: [], scope: 'read write', resources: [AUDIENCE] }

const credentials = async (config) => validate((await oidc.clientCredentialsGrant(config, { scope: 'read' })).access_token, AUDIENCE)

export const secrets = () => bySecret({ client_secret_basic: oidc.ClientSecretBasic, client_secret_post: oidc.ClientSecretPost })
export const secretAssertions = () => bySecret({ client_secret_jwt: oidc.ClientSecretJwt })

async function bySecret(methods) {
  for (const [method, how] of Object.entries(methods)) {
    const registered = register({ ...SERVICE, token_endpoint_auth_method: method })
    await check(method, async () => credentials(await discover(registered, how(registered.client_secret))))
    await refused(`${method} with another secret`, 401, async () =>
      credentials(await discover(registered, how(`${registered.client_secret}x`))))
  }
}

export async function assertions() {
  const method = { ...SERVICE, token_endpoint_auth_method: 'private_key_jwt' }
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    const keys = await newKey(alg)
    const asked = { ...method, jwks: keys.jwks, token_endpoint_auth_signing_alg: alg }
    await check(`private_key_jwt with ${alg}`, async () => credentials(await newClient(asked, oidc.PrivateKeyJwt(keys.key))))
  }
  const keys = await newKey()
  const registered = register({ ...method, jwks: keys.jwks })
  const by = (key, options) => discover(registered, oidc.PrivateKeyJwt(key, options))
  const changed = (change) => ({ [oidc.modifyAssertion]: (header, payload) => change(payload, header) })
  await refused('private_key_jwt by another key', 401, async () => credentials(await by((await newKey()).key)))
  await refused('private_key_jwt for another audience', 401, async () =>
    credentials(await by(keys.key, changed((payload) => { payload.aud = 'https://other.example' }))))
  await refused('private_key_jwt that has expired', 401, async () =>
    credentials(await by(keys.key, changed((payload) => { payload.exp -= 3600; payload.iat -= 3600; payload.nbf -= 3600 }))))
  await refused('private_key_jwt a second time', 401, async () => {
    const jti = crypto.randomUUID()
    const config = await by(keys.key, changed((payload) => { payload.jti = jti }))
    await credentials(config)
    await credentials(config)
  })
  await check('private_key_jwt signs a person in', async () =>
    signIn(await newClient({ token_endpoint_auth_method: 'private_key_jwt', jwks: keys.jwks }, oidc.PrivateKeyJwt(keys.key))))
}

/** The keys are published by the client; a new one is found although the server has the old ones. */
export async function publishedKeys() {
  const [first, second] = [await newKey(), await newKey()]
  let published = first.jwks
  const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(published)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const jwks_uri = `http://127.0.0.1:${server.address().port}/jwks.json`
  const registered = register({ ...SERVICE, token_endpoint_auth_method: 'private_key_jwt', jwks_uri })
  const by = async (keys) => credentials(await discover(registered, oidc.PrivateKeyJwt(keys.key)))
  await check('private_key_jwt with keys at a jwks_uri', () => by(first))
  await refused('private_key_jwt with a key that is not at the jwks_uri', 401, () => by(second))
  server.close()
}

/** Certificates: as authentication, and as what tokens are bound to. */
export async function certificates() {
  const { certificates: pki } = home
  const read = (name) => readFileSync(`${pki.folder}/${name}`)
  const showing = (name) => {
    const connect = { cert: read(`${name}.pem`), key: read(`${name}.key`), ca: read('ca.pem') }
    const dispatcher = new Agent({ connect })
    return (url, options) => undiciFetch(url, { ...options, dispatcher })
  }
  const options = (name) => ({ fetch: showing(name) })
  const mtls = { ...SERVICE, use_mtls_endpoint_aliases: true, tls_client_certificate_bound_access_tokens: true }
  const x5c = [read('self.pem').toString().replace(/-----[^-]*-----|\s/g, '')]
  const jwk = { ...JSON.parse(read('self.jwk')), x5c }
  const kinds = {
    tls_client_auth: ['client', { tls_client_auth_subject_dn: pki.subject }],
    self_signed_tls_client_auth: ['self', { jwks: { keys: [jwk] } }],
  }
  for (const [method, [name, more]] of Object.entries(kinds)) {
    const registered = register({ ...mtls, ...more, token_endpoint_auth_method: method })
    await check(`${method}, and a token bound to the certificate`, async () => {
      const config = await discover(registered, oidc.TlsClientAuth(), options(name))
      const { access_token } = await oidc.clientCredentialsGrant(config, { scope: 'read' })
      assert.equal(decodeJwt(access_token).cnf['x5t#S256'], pki.thumbprints[name])
      const introspection = await oidc.tokenIntrospection(config, access_token)
      assert.equal(introspection.cnf['x5t#S256'], pki.thumbprints[name])
    })
    const other = name === 'self' ? 'client' : 'self'
    await refused(`${method} with another certificate`, 401, async () =>
      credentials(await discover(registered, oidc.TlsClientAuth(), options(other))))
  }
  await check('a bound token at userinfo: with its certificate alone', async () => {
    const config = await newClient(
      { token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [jwk] },
        use_mtls_endpoint_aliases: true, tls_client_certificate_bound_access_tokens: true },
      oidc.TlsClientAuth(), options('self'))
    const tokens = await signIn(config)
    await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
    config[oidc.customFetch] = showing('client')
    await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub))
    config[oidc.customFetch] = showing('self')
    await oidc.refreshTokenGrant(config, tokens.refresh_token)
  })
}
