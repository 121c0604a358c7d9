// The server that the runner started: its description, the operator's orders, and the browser.
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import * as jose from 'jose'
import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'

export const home = JSON.parse(readFileSync(process.env.LATCHKEY_DEMO))
export const issuer = home.issuer
/** Nothing listens there: the browser stops in front of it. */
export const REDIRECT_URI = 'https://client.example/callback'
/** Whoever takes the access tokens. */
export const AUDIENCE = 'https://orders.example.com'
export const SCOPE = 'openid profile email offline_access'
export const CODE = ['authorization_code', 'refresh_token']

/** Has the operator register a client, in the words of RFC 7591; gives what is answered, the secret with it. */
export function register(metadata) {
  const command = ['client', 'add', '--from', '-', '--json', '--config', home.config]
  const input = JSON.stringify({ redirect_uris: [REDIRECT_URI], scope: SCOPE, grant_types: CODE, ...metadata })
  const view = JSON.parse(execFileSync(home.binary, command, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }))
  return { ...metadata, ...view }
}

/** The metadata of the server, by the library's own rules. */
export async function metadata() {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { [oauth.allowInsecureRequests]: true }))
}

/**
 * A client of openid-client's for `registered`, which authenticates by its secret where nothing else is given.
 * Signatures are checked although TLS would do; plain http is for a loopback issuer alone.
 */
export function discover(registered, authentication, { fetch, jwtResponses } = {}) {
  const { client_id, client_secret, ...rest } = registered
  const known = [
    'id_token_signed_response_alg', 'userinfo_signed_response_alg', 'introspection_signed_response_alg',
    'authorization_signed_response_alg', 'default_max_age', 'require_auth_time', 'use_mtls_endpoint_aliases',
  ]
  const says = Object.fromEntries(known.filter((name) => rest[name] !== undefined).map((name) => [name, rest[name]]))
  const execute = [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks]
  if (jwtResponses) execute.push(oidc.useJwtResponseMode)
  const how = authentication ?? (client_secret ? oidc.ClientSecretBasic(client_secret) : oidc.None())
  return oidc.discovery(new URL(issuer), client_id, says, how, { execute, [oidc.customFetch]: fetch })
}

/** Registers a client and gives it to openid-client at once. */
export async function newClient(asked, authentication, options) {
  const registered = register(asked)
  return discover({ ...asked, ...registered }, authentication, options)
}

/** A signature key of a client: `key` for the library, `jwks` for the registration. */
export async function newKey(alg = 'ES256') {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg)
  const kid = crypto.randomUUID()
  const jwk = { ...(await jose.exportJWK(publicKey)), kid, alg, use: 'sig' }
  return { key: { key: privateKey, kid }, privateKey, jwk, jwks: { keys: [jwk] } }
}

/** Lets a person open `urls` in one new browser; gives where it ends for each. */
export async function browse(urls, ...options) {
  const command = [...options, '--to', REDIRECT_URI, ...urls.map(String)]
  const { stdout } = await promisify(execFile)('../signin', command, { encoding: 'utf8' })
  return stdout.trim().split('\n')
}

/** What an authorization request holds, and what its answer has to match. */
export async function newRequest(parameters = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()]
  return {
    parameters: {
      redirect_uri: REDIRECT_URI, scope: SCOPE, state, nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...parameters,
    },
    checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
  }
}

/** How a request gets to the server: as parameters, pushed, as a signed object, or as a pushed signed object. */
export const plainly = (config, parameters) => oidc.buildAuthorizationUrl(config, parameters)
export const pushed = (dpop) => (config, parameters) => oidc.buildAuthorizationUrlWithPAR(config, parameters, { DPoP: dpop })
export const signed = (key) => (config, parameters) => oidc.buildAuthorizationUrlWithJAR(config, parameters, key)
export const signedAndPushed = (key, dpop) => async (config, parameters) => {
  const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, key)
  return oidc.buildAuthorizationUrlWithPAR(config, url.searchParams, { DPoP: dpop })
}

/** The authorization code flow as a whole. Gives the tokens. */
export async function signIn(config, { send = plainly, parameters, checks, dpop } = {}) {
  const request = await newRequest(parameters)
  const url = await send(config, request.parameters)
  const [callback] = await browse([url])
  return oidc.authorizationCodeGrant(config, new URL(callback), { ...request.checks, ...checks }, undefined, { DPoP: dpop })
}

/** Validates an access token as a service that knows nothing but the issuer and its own name: RFC 9068 §4. */
export async function validate(token, audience, { scheme = 'Bearer', dpop, method = 'GET', url = AUDIENCE } = {}) {
  const headers = new Headers({ authorization: `${scheme} ${token}` })
  if (dpop) headers.set('dpop', dpop)
  const request = new Request(url, { method, headers })
  return oauth.validateJwtAccessToken(await metadata(), request, audience, {
    [oauth.allowInsecureRequests]: true, requireDPoP: scheme === 'DPoP',
  })
}
