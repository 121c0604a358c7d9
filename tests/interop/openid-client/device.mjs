// Device authorization (RFC 8628): a program without a browser, and a person with one.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import * as oidc from 'openid-client'
import { check, refused } from '../checks.mjs'
import { newClient } from './home.mjs'

const DEVICE = {
  client_name: 'Television', token_endpoint_auth_method: 'none', application_type: 'native', redirect_uris: [],
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  response_types: [],
}

/** What the person does at the page: opens it, signs in, enters the code where it is not there yet, and decides. */
async function enter(url, ...options) {
  const { stdout } = await promisify(execFile)('../signin', [...options, '--page', url], { encoding: 'utf8' })
  return stdout.trim()
}

export async function device() {
  const config = await newClient(DEVICE)
  const begin = () => oidc.initiateDeviceAuthorization(config, { scope: 'openid profile offline_access' })
  const poll = (answer) => oidc.pollDeviceAuthorizationGrant(config, { ...answer, interval: 1 }, undefined, {
    signal: AbortSignal.timeout(30_000),
  })
  const tokens = await check('device authorization: the code is typed in', async () => {
    const answer = await begin()
    assert.ok(answer.user_code && answer.verification_uri && answer.expires_in)
    await enter(answer.verification_uri, '--code', answer.user_code)
    return poll(answer)
  })
  await check('device authorization: the tokens', async () => {
    await oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck)
    await oidc.refreshTokenGrant(config, tokens.refresh_token)
  })
  await check('device authorization: the complete address', async () => {
    const answer = await begin()
    await enter(answer.verification_uri_complete)
    await poll(answer)
  })
  await refused('device authorization: a person who says no', 'access_denied', async () => {
    const answer = await begin()
    await enter(answer.verification_uri, '--code', answer.user_code, '--deny')
    await poll(answer)
  })
  await refused('device authorization: before anybody has decided', 'authorization_pending', async () => {
    const { device_code } = await begin()
    await oidc.genericGrantRequest(config, DEVICE.grant_types[0], { device_code })
  })
  await refused('device authorization: a code of nobody', 'invalid_grant', () =>
    oidc.genericGrantRequest(config, DEVICE.grant_types[0], { device_code: 'x' }))
}
