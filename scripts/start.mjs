// `parley start` without a command line, for process managers that take a file: `pm2 start dist/main.js`.
process.argv.splice(2, process.argv.length, 'start', ...process.argv.slice(2))
await import('../packages/server/dist/cli.js')
