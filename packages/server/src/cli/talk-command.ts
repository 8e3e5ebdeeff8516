import { writeFile } from 'node:fs/promises'
import { writeWav } from '@parley/audio'
import { ParleyError, systemClock } from '@parley/core'
import { type Command, InvalidArgumentError } from 'commander'
import { duration } from '../config/kinds.js'
import { readUtterance } from '../talk/read-utterance.js'
import { TALK_OUTPUT_RATE, type TalkOptions, type TalkResult, talk } from '../talk/talk.js'
import { createTalkPrinter } from '../talk/talk-printer.js'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

interface TalkFlags {
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
    .action(async (file: string | undefined, flags: TalkFlags) => runTalk(terminal, file, flags))
}

async function runTalk(terminal: Terminal, file: string | undefined, flags: TalkFlags): Promise<void> {
  const say = await whatToSay(terminal, file, flags.text)
  const { config } = resolutionOf(terminal)
  const printer = flags.json ? undefined : createTalkPrinter(terminal)
  const options: TalkOptions = {
    url: voiceUrl(flags.url, config.port),
    token: flags.token ?? config.talkToken,
    gatewayKeys: flags.gatewayKey ?? (flags.encrypt ? [] : undefined),
    clock: systemClock,
    say,
    agent: flags.agent,
    language: flags.language,
    answerMs: flags.wait,
    ...(printer ? { onMessage: printer } : {}),
  }
  const result = await talk(options)
  if (flags.json) terminal.print(JSON.stringify(documentOf(result), null, 2))
  if (flags.save !== undefined) await save(flags.save, result.audio)
}

async function whatToSay(
  terminal: Terminal,
  file: string | undefined,
  text: string | undefined,
): Promise<TalkOptions['say']> {
  if (text !== undefined && text.trim() !== '') return { texts: [text.trim()] }
  if (file === undefined) throw new ParleyError('bad_config', 'Give a WAV file to speak, or --text to type.')
  const notice = (sentence: string) => terminal.complain(`${terminal.paint.warning('warning')}: ${sentence}`)
  return { utterances: [{ samples: await readUtterance(file, notice) }] }
}

/** Takes what people give: `https://host`, `ws://host:3000`, with or without the path. */
export function voiceUrl(given: string | undefined, port: number): string {
  if (given === undefined) return `ws://127.0.0.1:${port}/v1/voice`
  const full = /^\w+:\/\//.test(given) ? given : `ws://${given}`
  const fault = new ParleyError(
    'bad_config',
    `"${given}" is not an address; give for example --url ws://localhost:3000`,
  )
  if (!URL.canParse(full)) throw fault
  const url = new URL(full.replace(/^http/, 'ws'))
  if (!/^wss?:$/.test(url.protocol)) throw fault
  if (url.pathname === '/') url.pathname = '/v1/voice'
  return url.href
}

async function save(path: string, samples: Int16Array): Promise<void> {
  try {
    await writeFile(path, writeWav({ sampleRate: TALK_OUTPUT_RATE, samples }))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_config', `--save ${path} cannot be written (${reason}).`, { cause })
  }
}

function documentOf({ session, ready, turns, warnings, audio }: TalkResult) {
  const { agent, language, recogniser, voice } = ready
  const heardMs = Math.round((audio.length * 1000) / TALK_OUTPUT_RATE)
  return { session, agent, language, recogniser, voice, turns, warnings, heardMs }
}

function waitMs(value: string): number {
  const parsed = duration({ minMs: 1_000, maxMs: 3_600_000 }).schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError('Give a time such as 20s.')
}
