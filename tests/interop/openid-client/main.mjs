// openid-client and oauth4webapi against everything that the server says it can do, by their own strict validation.
//
//   node main.mjs [PART ...]
import { assertions, certificates, publishedKeys, secretAssertions, secrets } from './authentication.mjs'
import { close } from '../checks.mjs'
import { claimsParameter, code, formPost, registeredResponses } from './code.mjs'
import { device } from './device.mjs'
import { dpop } from './dpop.mjs'
import { exchange, workloads } from './exchange.mjs'
import { fapi } from './fapi.mjs'
import { logout } from './logout.mjs'
import { registration } from './registration.mjs'
import { pushedRequests, requestObjects, signedAnswers } from './requests.mjs'

const parts = {
  code, claimsParameter, formPost, registeredResponses, pushedRequests, requestObjects, signedAnswers, secrets, secretAssertions, assertions,
  publishedKeys, certificates, dpop, device, exchange, workloads, registration, logout, fapi,
}

const asked = process.argv.slice(2)
for (const name of asked.length ? asked : Object.keys(parts)) await parts[name]()
process.exitCode = close()
