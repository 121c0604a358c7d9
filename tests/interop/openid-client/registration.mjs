// Clients that register themselves (RFC 7591) and manage what they registered (RFC 7592).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import * as oidc from 'openid-client'
import { check, refused } from '../checks.mjs'
import { CODE, REDIRECT_URI, SCOPE, home, issuer, newKey, signIn } from './home.mjs'

const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks]

/** A token of the operator's, which allows one program to register. */
function initialAccessToken() {
  const command = ['client', 'token', 'create', '--json', '--config', home.config]
  return JSON.parse(execFileSync(home.binary, command, { encoding: 'utf8' })).token
}

const send = async (method, url, token, body) => {
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) }
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) })
  return { status: response.status, body: response.status === 204 ? undefined : await response.json() }
}

export async function registration() {
  const asked = {
    client_name: 'Self-made', redirect_uris: [REDIRECT_URI], scope: SCOPE, grant_types: CODE, token_endpoint_auth_method: 'client_secret_post',
  }
  const add = (metadata, authentication, token = initialAccessToken()) =>
    oidc.dynamicClientRegistration(new URL(issuer), metadata, authentication, { initialAccessToken: token, execute })

  const config = await check('registration with a token of the operator, and what is answered', async () => {
    const config = await add(asked)
    const client = config.clientMetadata()
    assert.ok(client.client_id && client.client_secret && client.registration_access_token && client.registration_client_uri)
    assert.deepEqual([client.client_name, client.redirect_uris], [asked.client_name, asked.redirect_uris])
    return config
  })
  await check('a client that registered itself signs a person in', () => signIn(config))
  await check('registration with private_key_jwt', async () => {
    const keys = await newKey()
    const method = { token_endpoint_auth_method: 'private_key_jwt', jwks: keys.jwks }
    const mine = await add({ ...asked, ...method }, oidc.PrivateKeyJwt(keys.key))
    await signIn(mine)
  })
  await check('registration where everybody may', () => add(asked, undefined, null))
  await refused('registration with a token of nobody', 401, () => add(asked, undefined, 'x'))
  await refused('registration with a token that was used before', 401, async () => {
    const token = initialAccessToken()
    await add(asked, undefined, token)
    await add(asked, undefined, token)
  })
  await refused('registration with a redirect URI that nobody may have', 'invalid_redirect_uri', () =>
    add({ ...asked, redirect_uris: ['https://client.example/#fragment'] }))
  if (config) await management(config.clientMetadata(), asked)
}

async function management(client, asked) {
  const { registration_client_uri: uri, registration_access_token: token, client_id, client_secret } = client
  await check('management: the client reads what it registered', async () => {
    const answer = await send('GET', uri, token)
    assert.equal(answer.status, 200)
    assert.equal(answer.body.client_id, client_id)
  })
  let latest = token
  await check('management: the client changes what it registered', async () => {
    const answer = await send('PUT', uri, token, { ...asked, client_id, client_secret, client_name: 'Renamed' })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    assert.equal(answer.body.client_name, 'Renamed')
    latest = answer.body.registration_access_token ?? token
  })
  await check('refused: management with another token', async () => assert.equal((await send('GET', uri, 'x')).status, 401))
  await check('management: the client leaves, and its token with it', async () => {
    assert.equal((await send('DELETE', uri, latest)).status, 204)
    assert.equal((await send('GET', uri, latest)).status, 401)
  })
}
