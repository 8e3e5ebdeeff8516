// The gateway for phone calls, on WEBSOCKET_PORT or 8080, and on PORT where that is set: `npm run websocket-server`.
import { existsSync } from 'node:fs'

for (const file of ['.env.local', '.env']) if (existsSync(file)) process.loadEnvFile(file)
process.env.WEBSOCKET_PORT ||= '8080'
// Port 3000 is the web application's, beside which this runs.
process.env.PORT ||= process.env.WEBSOCKET_PORT
await import('./start.mjs')
