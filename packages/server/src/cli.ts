#!/usr/bin/env node
import { runProgram } from './cli/program.js'
import { processTerminal } from './cli/terminal.js'

// A command that is done leaves by itself once nothing is open; `start` stays because its ports are.
process.exitCode = await runProgram(process.argv.slice(2), processTerminal(process), process)
