/**
 * What a vendor is to Parley: a name, where it is, what key it wants, and up to four slots. A new vendor is a folder
 * with a file for each slot and one line in `vendors.ts`. Nothing here knows a model, a voice or a price: those are
 * options, and come from configuration.
 */

import type {
  Clock,
  FullDuplexModel,
  LanguageModel,
  ParleyError,
  SpeechToSpeech,
  SpeechToText,
  TextToSpeech,
} from '@parley/core'
import type { z } from 'zod'
import type { KeySource } from './wire/keys.js'
import type { OpenSocket } from './wire/socket.js'

export interface Vendor {
  /** As configuration names it: `deepgram`. */
  readonly name: string
  /** For people: `Deepgram`. */
  readonly title: string
  /** The variable that moves it, and where it is without. Absent where an SDK or the options say. */
  readonly baseUrl?: { readonly env: string; readonly default: string }
  readonly key?: VendorKey
  readonly stt?: Slot<SpeechToText>
  readonly llm?: Slot<LanguageModel>
  readonly tts?: Slot<TextToSpeech>
  /** A model that hears and speaks by itself. */
  readonly realtime?: Slot<SpeechToSpeech>
  /** A model that hears and speaks at once, and decides itself when. */
  readonly live?: Slot<FullDuplexModel>
}

export interface VendorKey {
  readonly env: string
  /** Whether it is of no use without. Servers of one's own often want none. */
  readonly required: boolean
  /** What keys look like, for a warning; vendors change it now and then. */
  readonly looksLike?: RegExp
}

/** Makes one kind of provider from its options in the configuration. */
export interface Slot<Made> {
  /** Shape of the options; unknown ones are an error that names the nearest. */
  readonly options: z.ZodType
  /** @throws ParleyError `bad_config` naming the option that is wrong. */
  create(options: unknown, context: VendorContext): Made
}

/** What an adapter gets from outside: the world as parameters. */
export interface VendorContext {
  readonly clock: Clock
  /** ms since the epoch, for signatures. */
  readonly epochMs: () => number
  /** 0 ≤ x < 1. */
  readonly random: () => number
  /** A name for a context or request, unique and hard to guess. */
  readonly newId: () => string
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly keys: KeySource
  readonly fetch: typeof fetch
  readonly openSocket: OpenSocket
  /** A fault that no stream is there to report, such as an idle socket that was closed. */
  warn(error: ParleyError): void
}
