// Makes bad tokens from good ones.
import { createHmac, createPublicKey } from 'node:crypto'

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'))
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The claims as they stand, unverified. */
export const claimsOf = (token) => decode(token.split('.')[1])

/** The same token with other claims or header members, and the old signature. */
export function altered(token, claims, header = {}) {
  const [head, body, signature] = token.split('.')
  return [encode({ ...decode(head), ...header }), encode({ ...decode(body), ...claims }), signature].join('.')
}

/** The same claims under a signature with one bit of it turned. */
export function badlySigned(token) {
  const [head, body, signature] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  bytes[10] ^= 1
  return [head, body, bytes.toString('base64url')].join('.')
}

/** The same claims with no signature at all. */
export const unsigned = (token) => altered(token, {}, { alg: 'none' }).replace(/[^.]*$/, '')

/** The same claims under an HMAC keyed with the public key, which everyone knows. */
export function signedWithPublicKey(token, jwk) {
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const content = altered(token, {}, { alg: 'HS256' }).replace(/\.[^.]*$/, '')
  return `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`
}
