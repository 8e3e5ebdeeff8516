/**
 * Which formats a hello asks for: Opus where the page wants it and the browser has it, else PCM16. Found out once, at
 * the first hello; a codec that failed is not asked for again.
 */
import type { Ready } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import type { Hello } from '../connection/link.js'
import type { Environment } from '../environment.js'
import type { VoiceClientOptions } from '../voice-types.js'
import { OPUS_OUTPUT_RATE, supportsOpus } from './web-codecs.js'

const DEFAULT_INPUT_RATE = 16_000
const DEFAULT_OUTPUT_RATE = 24_000

export interface CodecChoice {
  /** Rejects with `unsupported` where the page wants nothing but Opus. */
  hello(): Hello | Promise<Hello>
  /** The rate that samples have if nobody says, Hz. */
  inputRate(ready: Ready | undefined): number
  /** Samples came at this rate. */
  spokenAt(sampleRate: number): void
  /** From now on PCM16, at the rates that source and player have by now. */
  withoutOpus(ready: Ready): void
}

export function createCodecChoice(options: VoiceClientOptions, environment: Environment): CodecChoice {
  const { codec = 'auto' } = options
  let opus = codec === 'pcm16' ? false : undefined
  let inputRate = options.input?.sampleRate ?? DEFAULT_INPUT_RATE
  let outputRate = options.output?.sampleRate ?? DEFAULT_OUTPUT_RATE
  let spokenRate: number | undefined

  function helloOf(): Hello {
    return {
      type: 'hello',
      version: 1,
      // The rate of what this side makes is the gateway's to choose (VOICE_SAMPLE_RATE).
      input: opus ? { codec: 'opus' } : { codec: 'pcm16', sampleRate: inputRate },
      output: opus
        ? { codec: 'opus', sampleRate: OPUS_OUTPUT_RATE }
        : { codec: 'pcm16', sampleRate: outputRate },
      reportsPlayed: options.reportsPlayed ?? true,
      ...(options.agent === undefined ? {} : { agent: options.agent }),
      ...(options.language === undefined ? {} : { language: options.language }),
      ...(options.prosody === undefined ? {} : { prosody: options.prosody }),
      ...(options.device === undefined ? {} : { device: options.device }),
    }
  }

  async function findOut(): Promise<Hello> {
    const has = await supportsOpus(environment.webCodecs())
    if (!has && codec === 'opus') {
      throw new ClientError('unsupported', 'This browser has no Opus codec for pages; use `codec: "auto"`.')
    }
    opus ??= has
    return helloOf()
  }

  return {
    hello() {
      if (codec === 'auto' && environment.webCodecs() === undefined) opus ??= false
      return opus === undefined ? findOut() : helloOf()
    },
    inputRate: ready => ready?.input.sampleRate ?? inputRate,
    spokenAt(sampleRate) {
      spokenRate = sampleRate
    },
    withoutOpus(ready) {
      opus = false
      inputRate = spokenRate ?? ready.input.sampleRate
      outputRate = ready.output.sampleRate
    },
  }
}
