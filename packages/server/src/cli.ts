#!/usr/bin/env node
import { runProgram } from './cli/program.js'
import { processTerminal } from './cli/terminal.js'

// Whoever read our lines may be gone (`parley start | head`): the lines are lost, the gateway is not.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

// A command that is done leaves by itself once nothing is open; `start` stays because its ports are.
process.exitCode = await runProgram(process.argv.slice(2), processTerminal(process), process)
