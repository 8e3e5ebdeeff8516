/** Which sound is spoken over a phone carrier's media stream, the same both ways. */
import { z } from 'zod'

/** µ-law (ITU-T G.711) at 8 kHz, or PCM16 at a rate of its own; mono. The byte order of PCM16 is not said by carriers. */
export type PhoneFormat =
  | { readonly encoding: 'mulaw'; readonly sampleRate: 8000 }
  | { readonly encoding: 'l16'; readonly sampleRate: 8000 | 16000 | 24000 }

/** What a stream that does not name its format speaks. */
export const defaultPhoneFormat: PhoneFormat = { encoding: 'mulaw', sampleRate: 8000 }

/** For whoever is refused. */
export const phoneFormatsSpoken =
  'spoken are audio/x-mulaw at 8000 Hz and audio/x-L16 at 8000, 16000 or 24000 Hz, mono'

const numberSchema = z.union([z.number(), z.string().max(10).transform(Number)])

/** Twilio and SignalWire write `audio/x-mulaw` and `audio/x-L16`, Telnyx `PCMU` and `L16`. */
const mulawNames: readonly string[] = ['audio/x-mulaw', 'pcmu']
const l16Names: readonly string[] = ['audio/x-l16', 'audio/l16', 'l16']

export const mediaFormatSchema = z
  .object({ encoding: z.string().max(60), sampleRate: numberSchema, channels: numberSchema.default(1) })
  .transform((given, context) => readFormat(given) ?? refuse(context))

/** The same in snake case. */
export const snakeMediaFormatSchema = z
  .object({ encoding: z.string().max(60), sample_rate: numberSchema, channels: numberSchema.default(1) })
  .transform(
    ({ encoding, sample_rate: sampleRate, channels }, context) =>
      readFormat({ encoding, sampleRate, channels }) ?? refuse(context),
  )

interface WrittenFormat {
  readonly encoding: string
  readonly sampleRate: number
  readonly channels: number
}

function readFormat({ encoding, sampleRate, channels }: WrittenFormat): PhoneFormat | undefined {
  const name = encoding.toLowerCase()
  if (channels !== 1) return undefined
  if (mulawNames.includes(name)) return sampleRate === 8000 ? defaultPhoneFormat : undefined
  if (!l16Names.includes(name)) return undefined
  if (sampleRate !== 8000 && sampleRate !== 16000 && sampleRate !== 24000) return undefined
  return { encoding: 'l16', sampleRate }
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue({ code: 'custom', message: phoneFormatsSpoken })
  return z.NEVER
}
