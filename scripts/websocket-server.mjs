// The gateway for phone calls, on WEBSOCKET_PORT or 8080 as well as on its own port: `npm run websocket-server`.
process.env.WEBSOCKET_PORT ??= '8080'
process.argv.splice(2, process.argv.length, 'start', ...process.argv.slice(2))
await import('../packages/server/dist/cli.js')
