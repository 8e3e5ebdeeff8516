import { Command, CommanderError } from 'commander'
import { readVersion } from '../version.js'
import { addAgentCommand } from './agent-command.js'
import { addCampaignCommand } from './campaign-command.js'
import { addConfigCommand } from './config-command.js'
import { addDbCommand } from './db-command.js'
import { addDemoCommand } from './demo-command.js'
import { addDoctorCommand } from './doctor-command.js'
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.js'
import { addModelsCommand } from './models-command.js'
import { addPhoneCommand } from './phone-command.js'
import { addProsodyCommand } from './prosody-command.js'
import { addProvidersCommand } from './providers-command.js'
import { addReplayCommand } from './replay-command.js'
import { addSimCommand } from './sim-command.js'
import { addStartCommand } from './start-command.js'
import { addTalkCommand } from './talk-command.js'
import type { Terminal } from './terminal.js'
import { addTokenCommand } from './token-command.js'

/**
 * The `parley` command as a whole: its commands, its help, and how each outcome becomes an exit code. A `…-command.ts` holds
 * what can be written on the line and nothing else; what a command does is its `…-action.ts`, loaded once it is called.
 */

const examples = `
Examples:
  parley start                               start a gateway on http://127.0.0.1:3000
  parley demo                                a conversation to listen in on, then the console
  parley talk hello.wav                      speak a recording to it and hear the answer
  parley talk --text "What are your hours?"  type instead
  parley phone --call +12025550100              call it by the phone emulator
  parley campaign import people.csv          have everybody in a CSV file called
  parley config check                        every setting, where it came from, what is wrong
  parley doctor                              what this machine has and lacks
  parley providers                           vendors, their keys and what they can do
  parley sim deepgram anthropic              vendors on this machine, to work without a network
  parley prosody call.wav                    pitch, loudness and rate of a recording, as table or picture
  parley replay session.ndjson               run a recorded session again and compare
  parley token create --tenant acme --ttl 7d

Exit codes: 0 done, 1 failed, 2 wrong command line, setting or file, 69 something needed does not answer.`

/** Runs one command line (without the interpreter and the script). Resolves with the exit code; never rejects. */
export async function runProgram(
  words: readonly string[],
  terminal: Terminal,
  host: NodeJS.Process,
): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok
  const end = (given: ExitCode) => {
    code = given
  }
  const program = new Command('parley')
    .description('Parley, a self-hosted real-time voice gateway')
    .version(readVersion())
    .addHelpText('after', examples)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: text => terminal.write(text),
      writeErr: text => terminal.complain(text.trimEnd()),
      outputError: (text, write) => write(terminal.paint.error(text.replace(/^error: /, 'parley: '))),
    })
    .exitOverride()
  addStartCommand(program, terminal, host)
  addDemoCommand(program, terminal, host, end)
  addTalkCommand(program, terminal)
  addPhoneCommand(program, terminal, host, end)
  addCampaignCommand(program, terminal, end)
  addConfigCommand(program, terminal, end)
  addDbCommand(program, terminal, end)
  addDoctorCommand(program, terminal, end)
  addAgentCommand(program, terminal)
  addReplayCommand(program, terminal, end)
  addProsodyCommand(program, terminal, host)
  addProvidersCommand(program, terminal)
  addModelsCommand(program, terminal)
  addSimCommand(program, terminal, host)
  addTokenCommand(program, terminal)
  inherit(program)
  try {
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (thrown) {
    return explain(thrown, terminal)
  }
}

/** Subcommands are made before their parent's habits are known to them. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inherit(child)
  }
}

async function explain(thrown: unknown, terminal: Terminal): Promise<ExitCode> {
  // Commander has already said what was wrong with the line.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const { ParleyError } = await import('@parley/core')
  const error = ParleyError.from(thrown)
  for (const line of error.message.split('\n'))
    terminal.complain(`${terminal.paint.error('parley')}: ${line}`)
  if (terminal.env.DEBUG || error.code === 'internal') terminal.complain(stackOf(error))
  return exitCodeOf(error)
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
