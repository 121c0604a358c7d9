// An MCP server with one tool. It takes our access tokens, and says where they are to be had (RFC 9728).
import { once } from 'node:events'
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { createRemoteJWKSet, jwtVerify } from 'jose'

/** Whoever calls is told who they are. */
function whoami() {
  const server = new McpServer({ name: 'interop', version: '1' })
  server.registerTool('whoami', { description: 'Who calls' }, ({ authInfo }) => ({
    content: [{ type: 'text', text: authInfo.extra.sub }],
  }))
  return server
}

/** Starts it at the address `resource`; `oauthMetadata` is what our server says of itself. Gives how to stop it. */
export async function start(oauthMetadata, resource) {
  const app = express()
  const keys = createRemoteJWKSet(new URL(oauthMetadata.jwks_uri))
  const verifier = {
    async verifyAccessToken(token) {
      const { payload } = await jwtVerify(token, keys, {
        issuer: oauthMetadata.issuer, audience: resource.href, typ: 'at+jwt', algorithms: ['ES256', 'RS256', 'EdDSA'],
      }).catch((error) => { throw new InvalidTokenError(error.message) })
      const { sub, client_id: clientId, scope = '', exp: expiresAt } = payload
      return { token, clientId, scopes: scope.split(' '), expiresAt, resource, extra: { sub } }
    },
  }
  const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(resource)
  app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: resource, scopesSupported: ['openid', 'offline_access'] }))
  app.use('/mcp', requireBearerAuth({ verifier, resourceMetadataUrl, expectedResource: resource }))
  app.post('/mcp', express.json(), async (request, response) => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    response.on('close', () => transport.close())
    await whoami().connect(transport)
    await transport.handleRequest(request, response, request.body)
  })
  const listening = app.listen(resource.port, resource.hostname)
  await once(listening, 'listening')
  return () => { listening.close(); listening.closeAllConnections() }
}
