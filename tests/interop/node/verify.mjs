// How a service verifies an access token with jose: the JWKS is all that it needs. RFC 9068 §4.
import { createRemoteJWKSet, jwtVerify } from 'jose'

export const ALGORITHMS = ['ES256', 'RS256', 'EdDSA']

/** Gives a function that resolves to the claims of a good access token, and rejects every other. */
export function accessTokenVerifier(issuer, audience, jwksUri) {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  const options = {
    issuer, audience, typ: 'at+jwt', algorithms: ALGORITHMS,
    requiredClaims: ['iss', 'aud', 'sub', 'client_id', 'iat', 'exp', 'jti'],
  }
  return async (token) => (await jwtVerify(token, keys, options)).payload
}
