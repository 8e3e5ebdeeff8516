import { writeFile } from 'node:fs/promises'
import { writeWav } from '@parley/audio'
import { ParleyError, systemClock } from '@parley/core'
import { HANDSET_NUMBER, HANDSET_RATE } from '@parley/protocol'
import { type Command, InvalidArgumentError } from 'commander'
import { duration } from '../config/kinds.js'
import type { PhoneButtons, PhoneReport } from '../phone/phone.js'
import { readUtterance } from '../talk/read-utterance.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { resolutionOf } from './settings-of.js'
import { voiceUrl } from './talk-command.js'
import type { Terminal } from './terminal.js'

interface PhoneFlags {
  readonly number: string
  readonly call?: string
  readonly answer?: true
  readonly wav?: string
  readonly once?: true
  readonly url?: string
  readonly token?: string
  readonly save?: string
  readonly jitter?: number
  readonly loss?: number
  readonly wait: number
  readonly json?: true
}

/** `parley phone`: a telephone at the phone emulator of a running gateway. */
export function addPhoneCommand(
  program: Command,
  terminal: Terminal,
  host: NodeJS.Process,
  end: (code: ExitCode) => void,
): void {
  program
    .command('phone')
    .description('a telephone at the phone emulator of a running gateway: dial it, or be called by it')
    .option('--number <number>', 'number of this telephone', phoneNumber, HANDSET_NUMBER)
    .option('--call <number>', 'dial this number', phoneNumber)
    .option('--answer', 'answer by itself (always so where nobody is at the keyboard)')
    .option('--wav <file.wav>', 'what to say once the other side is quiet')
    .option('--once', 'end after one call; with --wav, hang up after the answer')
    .option('--url <url>', 'the gateway (default: this machine, PORT)')
    .option('--token <token>', 'token to bring (default: PARLEY_TOKEN)')
    .option('--save <heard.wav>', 'keep what was heard')
    .option('--jitter <ms>', 'network: more delay, up to this', upTo(2_000))
    .option('--loss <percent>', 'network: frames that are lost', upTo(100))
    .option('--wait <time>', 'longest wait for a ring, a connection and an answer', waitMs, 30_000)
    .option('--json', 'one JSON document at the end instead of lines')
    .action(async (flags: PhoneFlags) => end(await run(terminal, host, flags)))
}

async function run(terminal: Terminal, host: NodeJS.Process, flags: PhoneFlags): Promise<ExitCode> {
  const { config } = resolutionOf(terminal)
  const notice = (sentence: string) => terminal.complain(`${terminal.paint.warning('warning')}: ${sentence}`)
  const says = flags.wav === undefined ? undefined : await readUtterance(flags.wav, notice, HANDSET_RATE)
  const [{ runPhone }, { createPhonePrinter }] = await Promise.all([
    import('../phone/phone.js'),
    import('../phone/phone-printer.js'),
  ])
  const leaving = new AbortController()
  const stop = () => leaving.abort()
  host.once('SIGINT', stop)
  host.once('SIGTERM', stop)
  const keyed = terminal.interactive && host.stdin.isTTY === true
  let unkey: () => void = () => {}
  try {
    const report = await runPhone({
      url: handsetUrl(flags.url, config.port),
      token: flags.token ?? config.talkToken,
      clock: systemClock,
      number: flags.number,
      dial: flags.call,
      answers: flags.answer === true || !keyed,
      once: flags.once === true,
      says,
      network:
        flags.jitter === undefined && flags.loss === undefined
          ? undefined
          : { jitterMs: flags.jitter ?? 0, lossPercent: flags.loss ?? 0 },
      waitMs: flags.wait,
      signal: leaving.signal,
      onLine: buttons => {
        if (keyed) unkey = pressKeys(host, buttons, stop)
      },
      ...(flags.json ? {} : { onMessage: createPhonePrinter(terminal) }),
    })
    if (flags.json) terminal.print(JSON.stringify(documentOf(report), null, 2))
    if (flags.save !== undefined) await save(flags.save, report.audio)
    return codeOf(report, flags)
  } finally {
    unkey()
    host.off('SIGINT', stop)
    host.off('SIGTERM', stop)
  }
}

/** A call that was wanted and did not come about, or was silent, is a failure. */
function codeOf({ calls, answered }: PhoneReport, { once, call }: PhoneFlags): ExitCode {
  if (once !== true && call === undefined) return exitCodes.ok
  const connected = calls.some(each => each.connected)
  return connected && (once !== true || answered) ? exitCodes.ok : exitCodes.failure
}

/** `a` answers, `h` hangs up, `q` and Ctrl-C end it, the keys of a telephone are its keys. */
function pressKeys(host: NodeJS.Process, buttons: PhoneButtons, stop: () => void): () => void {
  const { stdin } = host
  const take = (bytes: Buffer) => {
    for (const key of bytes.toString()) {
      if (key === 'a') buttons.answer()
      else if (key === 'h') buttons.hangUp()
      else if (key === 'q' || key === '\u0003') stop()
      else if (/[0-9*#]/.test(key)) buttons.key(key)
    }
  }
  stdin.setRawMode(true)
  stdin.resume()
  stdin.on('data', take)
  return () => {
    stdin.off('data', take)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

export function handsetUrl(given: string | undefined, port: number): string {
  const url = new URL(voiceUrl(given, port))
  if (url.pathname === '/v1/voice') url.pathname = '/v1/handset'
  return url.href
}

function documentOf({ number, calls, answered, audio }: PhoneReport) {
  return { number, calls, answered, heardMs: Math.round((audio.length * 1000) / HANDSET_RATE) }
}

async function save(path: string, samples: Int16Array): Promise<void> {
  try {
    await writeFile(path, writeWav({ sampleRate: HANDSET_RATE, samples }))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_config', `--save ${path} cannot be written (${reason}).`, { cause })
  }
}

function phoneNumber(value: string): string {
  if (/^\+[1-9]\d{6,14}$/.test(value)) return value
  throw new InvalidArgumentError('Give a number with + and the country, such as +12025550100.')
}

function upTo(most: number): (value: string) => number {
  return value => {
    if (/^\d{1,4}(\.\d{1,2})?$/.test(value) && Number(value) <= most) return Number(value)
    throw new InvalidArgumentError(`Give a number up to ${most}.`)
  }
}

function waitMs(value: string): number {
  const parsed = duration({ minMs: 1_000, maxMs: 3_600_000 }).schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError('Give a time such as 30s.')
}
