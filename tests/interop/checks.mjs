// Counts checks and prints a line for each, in the name of the folder whose program runs.
import { basename, dirname } from 'node:path'

const PART = basename(dirname(process.argv[1]))
let passed = 0
let failed = 0

/** Runs `body`; what it throws is the failure. Gives what it returns, or undefined. */
export async function check(name, body) {
  try {
    const result = await body()
    passed += 1
    console.log(`ok      ${PART}: ${name}`)
    return result
  } catch (error) {
    failed += 1
    const cause = error.cause instanceof Error ? error.cause.message : JSON.stringify(error.cause)
    const said = [error.code, error.error, error.error_description, error.message, cause].filter(Boolean)
    console.log(`FAILED  ${PART}: ${name}: ${said.join(': ').slice(0, 600)}`)
  }
}

/** Passes only when `body` rejects, and for the reason `why`: an error of the protocol, the library's code,
 *  the claim that is wrong, or a status. */
export const refused = (name, why, body) => check(`refused: ${name}`, async () => {
  const reasons = await body().then(() => [], (error) => [error.error, error.code, error.claim, error.status, error.message])
  if (!reasons.includes(why)) throw new Error(reasons.length ? `for another reason: ${reasons}` : 'it was accepted')
})

/** Prints the closing line and gives the exit code. */
export function close() {
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}
