// Rotation under load: while the keys turn, verifiers that hold the JWKS for exactly its max-age check every fresh token,
// and once more shortly before its end. Not one may be refused.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { person, service } from './issuers.mjs'
import { Verifier } from './verifier.mjs'

const ROTATIONS = 5
const VERIFIERS = 8
const LIMIT_MS = 90_000
const BEFORE_END_MS = 400

const demo = JSON.parse(readFileSync(process.env.LATCHKEY_DEMO))
const { jwks_uri: jwksUri } = await (await fetch(`${demo.issuer}/.well-known/openid-configuration`)).json()
const verifiers = Array.from({ length: VERIFIERS }, () => new Verifier(jwksUri))
const signedBy = new Map() // algorithm -> the kids that signed with it, in order
const count = { tokens: 0, fresh: 0, late: 0 }
const failures = []
const pending = new Set()
const started = Date.now()

/** One verification; a refusal is kept, with what is needed to explain it. */
async function verify(verifier, { token, expected }, when) {
  try {
    await verifier.verify(token, expected)
    count[when] += 1
  } catch (error) {
    const { alg, kid } = decodeProtectedHeader(token)
    failures.push(`${when}, after ${Date.now() - started} ms, ${alg} ${kid}: ${error.message}`)
  }
}

/** The same token again just before it expires: the key that signed it may have retired by then. */
async function verifyLate(issued) {
  const end = decodeJwt(issued.token).exp * 1000
  if (end - Date.now() > 30_000) return // longer than this run
  await sleep(end - BEFORE_END_MS - Date.now())
  // A busy machine may wake us after the end, when a refusal is right.
  if (Date.now() < end - BEFORE_END_MS / 2) await verify(verifiers[count.late % VERIFIERS], issued, 'late')
}

/** Issues and verifies without pause until the keys have turned often enough. */
async function load(issue) {
  while (!done()) {
    for (const issued of await issue()) {
      const { alg, kid } = decodeProtectedHeader(issued.token)
      signedBy.set(alg, (signedBy.get(alg) ?? new Set()).add(kid))
      count.tokens += 1
      await Promise.all(verifiers.map((verifier) => verify(verifier, issued, 'fresh')))
      const late = verifyLate(issued).finally(() => pending.delete(late))
      pending.add(late)
    }
  }
}

const turned = () => [...signedBy.values()].every((kids) => kids.size > ROTATIONS)
const done = () => (signedBy.size > 0 && turned()) || failures.length > 20 || Date.now() - started > LIMIT_MS

// The verifiers' caches age out of step, as they would in life.
const maxAge = Number(/max-age=(\d+)/.exec((await fetch(jwksUri)).headers.get('cache-control'))[1])
const issuers = [await service(demo), await person(demo)]
const [first] = await issuers[0]()
for (const verifier of verifiers) {
  await verify(verifier, first, 'fresh')
  await sleep((maxAge * 1000) / VERIFIERS)
}
await Promise.all(issuers.map(load))
await Promise.all(pending)

const rotations = [...signedBy].map(([alg, kids]) => `${alg} ${kids.size - 1}`).join(', ')
const fetches = verifiers.reduce((sum, verifier) => sum + verifier.fetches, 0)
console.log(`rotation: ${count.tokens} tokens in ${((Date.now() - started) / 1000).toFixed(1)} s; rotations: ${rotations}`)
console.log(`rotation: ${count.fresh} fresh and ${count.late} late verifications by ${VERIFIERS} verifiers, \
${fetches} JWKS fetches (max-age ${maxAge} s), ${failures.length} refused`)
failures.slice(0, 5).forEach((failure) => console.log(`rotation: refused: ${failure}`))

const checks = [
  [turned() && signedBy.size > 0, `at least ${ROTATIONS} rotations of each algorithm`],
  [failures.length === 0, 'no good token was refused'],
  [count.late > 0, 'tokens were verified again at their end'],
]
for (const [good, name] of checks) console.log(`${good ? 'ok     ' : 'FAILED '} rotation: ${name}`)
const failed = checks.filter(([good]) => !good).length
console.log(`${checks.length - failed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
