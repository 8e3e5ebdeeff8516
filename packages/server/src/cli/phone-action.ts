import { writeFile } from 'node:fs/promises'
import { writeWav } from '@parley/audio'
import { ParleyError, systemClock } from '@parley/core'
import { HANDSET_RATE } from '@parley/protocol/handset-facts'
import { type PhoneButtons, type PhoneReport, runPhone } from '../phone/phone.js'
import { createPhonePrinter } from '../phone/phone-printer.js'
import { readUtterance } from '../talk/read-utterance.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { handsetUrl } from './gateway-url.js'
import type { PhoneFlags } from './phone-command.js'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley phone` does. @throws ParleyError as `runPhone` and `readUtterance` */
export async function runPhoneCommand(
  terminal: Terminal,
  host: NodeJS.Process,
  flags: PhoneFlags,
): Promise<ExitCode> {
  const { config } = resolutionOf(terminal)
  const notice = (sentence: string) => terminal.complain(`${terminal.paint.warning('warning')}: ${sentence}`)
  const says = flags.wav === undefined ? undefined : await readUtterance(flags.wav, notice, HANDSET_RATE)
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
