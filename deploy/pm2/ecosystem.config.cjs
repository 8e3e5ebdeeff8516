// Four gateways of one machine, on PORT, PORT + 1, ... for deploy/nginx to spread callers over; see docs/several-processes.md.
const instances = Number(process.env.PARLEY_INSTANCES ?? 4)
const root = require('node:path').resolve(__dirname, '../..')

module.exports = {
  apps: [
    {
      name: 'parley',
      cwd: root,
      script: 'packages/server/dist/cli.js',
      args: 'start',
      instances,
      exec_mode: 'fork',
      increment_var: 'PORT',
      env: { PORT: Number(process.env.PORT ?? 3000) },
      // Conversations have PARLEY_DRAIN_MS (10 s) to end or move, and what comes after them 5 s.
      kill_timeout: 20_000,
      max_memory_restart: '1500M',
      exp_backoff_restart_delay: 200,
    },
  ],
}
