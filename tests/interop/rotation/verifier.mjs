// A verifier that keeps the JWKS for exactly as long as the server says, and never looks again before that: neither at an
// unknown kid nor at a bad signature. This is the least patient kind that is still within its rights. RFC 9111 §4.2.
import { createLocalJWKSet, jwtVerify } from 'jose'

export class Verifier {
  fetches = 0
  #uri
  #keys
  #staleAt = 0
  #fetching

  constructor(uri) {
    this.#uri = uri
  }

  /** Gives the claims of a good token, and throws for every other. */
  async verify(token, expected) {
    if (Date.now() >= this.#staleAt) {
      this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined))
      await this.#fetching
    }
    return (await jwtVerify(token, this.#keys, expected)).payload
  }

  async #fetch() {
    const response = await fetch(this.#uri)
    if (!response.ok) throw new Error(`the JWKS answered ${response.status}`)
    const [, seconds] = /max-age=(\d+)/.exec(response.headers.get('cache-control'))
    this.#keys = createLocalJWKSet(await response.json())
    this.#staleAt = Date.now() + seconds * 1000
    this.fetches += 1
  }
}
