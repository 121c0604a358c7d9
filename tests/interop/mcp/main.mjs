// The MCP SDK finds out by itself who issues tokens for an MCP server, registers there, has its person sign in, and refreshes.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { promisify } from 'node:util'
import { PrivateKeyJwtProvider, ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose'
import { check, close } from '../checks.mjs'
import { start } from './server.mjs'

const home = JSON.parse(readFileSync(process.env.LATCHKEY_DEMO))
const REDIRECT_URI = 'http://127.0.0.1:8081/callback'

/** A program with a person: it keeps what the SDK tells it to keep, and opens the browser. */
class Person {
  redirectUrl = REDIRECT_URI
  clientMetadata = {
    client_name: 'MCP client', redirect_uris: [REDIRECT_URI], grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'], token_endpoint_auth_method: 'none',
  }
  constructor(more) { Object.assign(this, more) }
  clientInformation() { return this.client }
  saveClientInformation(client) { this.client = client }
  tokens() { return this.kept }
  saveTokens(tokens) { this.kept = tokens; this.saved = (this.saved ?? 0) + 1 }
  saveCodeVerifier(verifier) { this.verifier = verifier }
  codeVerifier() { return this.verifier }
  async redirectToAuthorization(url) {
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256')
    this.resource = url.searchParams.get('resource')
    const { stdout } = await promisify(execFile)('../signin', ['--to', REDIRECT_URI, url.href], { encoding: 'utf8' })
    const answer = new URL(stdout.trim()).searchParams
    assert.equal(answer.get('iss'), home.issuer)
    this.code = answer.get('code')
    assert.ok(this.code, stdout)
  }
}

/** Connects, calls the tool, and gives what it said. */
async function call(authProvider, url) {
  const client = new Client({ name: 'interop', version: '1' })
  let transport = new StreamableHTTPClientTransport(url, { authProvider })
  try {
    await client.connect(transport)
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error
    await transport.finishAuth(authProvider.code)
    transport = new StreamableHTTPClientTransport(url, { authProvider })
    await client.connect(transport)
  }
  const { content: [{ text }] } = await client.callTool({ name: 'whoami' })
  await client.close()
  return text
}

/** Has the operator register a client. */
function register(metadata) {
  const command = ['client', 'add', '--from', '-', '--json', '--config', home.config]
  return JSON.parse(execFileSync(home.binary, command, { input: JSON.stringify(metadata), encoding: 'utf8' }))
}

const metadata = await (await fetch(`${home.issuer}/.well-known/oauth-authorization-server`)).json()
const resource = new URL(home.resource)
const stop = await start(metadata, resource)

const SERVICE = { grant_types: ['client_credentials'], scope: 'read', resources: [resource.href] }

async function registered() {
  await check('a client that the operator registered: discovery, PKCE and resource', async () => {
    const person = new Person()
    person.client = register({ ...person.clientMetadata, scope: 'openid offline_access', resources: [resource.href] })
    assert.ok(await call(person, resource))
    assert.equal(person.resource, resource.href)
    await refreshes(person)
  })
  await check('a program without a person, by its secret', async () => {
    const { client_id: clientId, client_secret: clientSecret } = register(SERVICE)
    const provider = new ClientCredentialsProvider({ clientId, clientSecret, scope: 'read', expectedIssuer: home.issuer })
    assert.ok(await call(provider, resource))
  })
}

async function byKey() {
  await check('a program without a person, by private_key_jwt', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] }
    const { client_id: clientId } = register({ ...SERVICE, token_endpoint_auth_method: 'private_key_jwt', jwks })
    const provider = new PrivateKeyJwtProvider({
      clientId, privateKey: await exportPKCS8(privateKey), algorithm: 'ES256', scope: 'read', expectedIssuer: home.issuer,
    })
    assert.ok(await call(provider, resource))
  })
}

async function byItself() {
  const person = new Person()
  await check('discovery, registration, PKCE and resource, all by itself', async () => {
    assert.ok(await call(person, resource))
    assert.equal(person.resource, resource.href)
    assert.ok(person.client.client_id)
  })
  await check('the next call needs nobody', async () => {
    const before = person.saved
    assert.ok(await call(person, resource))
    assert.equal(person.saved, before)
  })
  await check('a token that is refused is refreshed', () => refreshes(person))
}

/** Instead of registering, the SDK names a document about itself (OAuth Client ID Metadata Document). */
async function byDocument() {
  const person = new Person()
  const read = (name) => readFileSync(`${home.certificates.folder}/server.${name}`)
  const server = createServer({ cert: read('pem'), key: read('key') }, (_, response) => {
    const document = { ...person.clientMetadata, client_id: person.clientMetadataUrl, scope: 'openid offline_access' }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  person.clientMetadataUrl = `https://localhost:${server.address().port}/client.json`
  await check('a document about the client, in place of a registration', async () => {
    assert.ok(await call(person, resource))
    assert.equal(person.client.client_id, person.clientMetadataUrl)
    await refreshes(person)
  })
  server.close()
}

/** With a token that the MCP server refuses, the SDK fetches another by itself. */
async function refreshes(person) {
  const { access_token: old, refresh_token } = person.kept
  assert.ok(refresh_token)
  person.kept = { ...person.kept, access_token: 'x' }
  assert.ok(await call(person, resource))
  assert.ok(person.kept.access_token.length > 1)
  assert.notEqual(person.kept.access_token, old)
}

const parts = { registered, byKey, byItself, byDocument }
const asked = process.argv.slice(2)
for (const name of asked.length ? asked : Object.keys(parts)) await parts[name]()
stop()
process.exitCode = close()
