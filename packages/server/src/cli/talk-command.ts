import { type Command, InvalidArgumentError } from 'commander'
import { durationMs } from '../config/duration-text.js'
import type { Terminal } from './terminal.js'

export interface TalkFlags {
  readonly url?: string
  readonly token?: string
  readonly text?: string
  readonly agent?: string
  readonly language?: string
  readonly save?: string
  readonly wait: number
  readonly json?: true
  readonly encrypt?: true
  readonly gatewayKey?: readonly string[]
}

/** `parley talk`: one conversation with any running gateway, from a recording or a typed line. */
export function addTalkCommand(program: Command, terminal: Terminal): void {
  program
    .command('talk')
    .description('talk to a running gateway: speak a recording, or type')
    .argument('[file.wav]', 'what to say')
    .option('--text <text>', 'type this instead')
    .option('--url <url>', 'the gateway (default: this machine, PORT)')
    .option('--token <token>', 'token to bring (default: PARLEY_TOKEN)')
    .option('--agent <name>', 'agent to talk to')
    .option('--language <tag>', 'language to talk in, such as en or es')
    .option('--save <reply.wav>', 'keep what was heard of the agent')
    .option('--wait <time>', 'longest wait for an answer', waitMs, 20_000)
    .option('--encrypt', 'seal the conversation against proxies on the way')
    .option('--gateway-key <key...>', 'the key the gateway has to have, as it prints it; implies --encrypt')
    .option('--json', 'one JSON document at the end instead of lines')
    .action(async (file: string | undefined, flags: TalkFlags) => {
      const { runTalk } = await import('./talk-action.js')
      await runTalk(terminal, file, flags)
    })
}

function waitMs(value: string): number {
  const ms = durationMs(value, { minMs: 1_000, maxMs: 3_600_000 })
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('Give a time such as 20s.')
}
