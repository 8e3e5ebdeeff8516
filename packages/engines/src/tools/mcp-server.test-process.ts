/** A server of tools on stdio, for tests: run as a process of its own. */

import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { mcpTestServer } from './mcp-server.test-kit.js'

await mcpTestServer(() => process.exit(1)).connect(new StdioServerTransport())
