import { writeFile } from 'node:fs/promises'
import { writeWav } from '@parley/audio'
import { ParleyError, systemClock } from '@parley/core'
import { readUtterance } from '../talk/read-utterance.js'
import { TALK_OUTPUT_RATE, type TalkOptions, type TalkResult, talk } from '../talk/talk.js'
import { createTalkPrinter } from '../talk/talk-printer.js'
import { voiceUrl } from './gateway-url.js'
import { resolutionOf } from './settings-of.js'
import type { TalkFlags } from './talk-command.js'
import type { Terminal } from './terminal.js'

/** What `parley talk` does. @throws ParleyError as `talk`, and `bad_config` or `bad_audio_file` for what was given */
export async function runTalk(terminal: Terminal, file: string | undefined, flags: TalkFlags): Promise<void> {
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
