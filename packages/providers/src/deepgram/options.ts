/**
 * What configuration may say of Deepgram. The generation of the interface follows from the model's name, since Flux
 * models are called `flux-…` and other paths refuse them; `api` overrules it.
 */

import { z } from 'zod'

const timeoutMs = z.int().min(100).max(120_000)

const fluxOnly = ['eotThreshold', 'eagerEotThreshold', 'eotTimeoutMs', 'languageHints', 'forceEnd'] as const
const v1Only = [
  'language',
  'endpointingMs',
  'utteranceEndMs',
  'vadEvents',
  'smartFormat',
  'punctuate',
  'keywords',
] as const

export const sttOptions = z
  .strictObject({
    model: z.string().min(1),
    api: z.enum(['listen-v1', 'flux']).optional(),
    /** Hz. */
    sampleRate: z.int().min(8_000).max(48_000).default(16_000),
    /** Sound is sent in pieces of this length. Default 20, Flux 80. */
    chunkMs: z.int().min(20).max(100).optional(),
    keyterms: z.array(z.string().min(1)).max(100).default([]),
    numerals: z.boolean().optional(),
    profanityFilter: z.boolean().optional(),
    redact: z.array(z.string().min(1)).default([]),
    mipOptOut: z.boolean().optional(),
    tags: z.array(z.string().min(1)).default([]),
    /** Instead of the caller's language: `multi`, or a regional one. */
    language: z.string().min(2).optional(),
    /** A pause of this length settles what was said; `false`: only `Finalize` and the model do. */
    endpointingMs: z.union([z.int().min(0).max(60_000), z.literal(false)]).optional(),
    /** Words apart by this much end a turn; sent as the event `turn`. */
    utteranceEndMs: z.int().min(1_000).max(5_000).optional(),
    vadEvents: z.boolean().optional(),
    smartFormat: z.boolean().optional(),
    /** Default true. */
    punctuate: z.boolean().optional(),
    /** For models before those that take `keyterms`. */
    keywords: z.array(z.string().min(1)).optional(),
    eotThreshold: z.number().min(0.5).max(1).optional(),
    eagerEotThreshold: z.number().min(0.3).max(0.9).optional(),
    eotTimeoutMs: z.int().min(500).max(60_000).optional(),
    /** Default: the caller's language, where the model is a `…-multi`. */
    languageHints: z.array(z.string().min(2)).optional(),
    /** Ends Flux's turn where the gateway's ends. A server must be enabled for it. Default true. */
    forceEnd: z.boolean().optional(),
    connectTimeoutMs: timeoutMs.default(5_000),
    /** Longest wait for the finals after an utterance. */
    finishTimeoutMs: timeoutMs.default(1_500),
  })
  .superRefine((options, check) => {
    const isFlux = isFluxStt(options)
    for (const name of isFlux ? v1Only : fluxOnly) {
      if (options[name] === undefined) continue
      const message = `${name} is no option of ${isFlux ? 'Flux' : '/v1/listen'}`
      check.addIssue({ code: 'custom', path: [name], message })
    }
  })

export type DeepgramSttOptions = z.infer<typeof sttOptions>

export function isFluxStt({ api, model }: { api?: string | undefined; model: string }): boolean {
  return api === undefined ? isFluxName(model) : api === 'flux'
}

export const ttsOptions = z
  .strictObject({
    /** The voice; Deepgram has one in each model. `voice` of a request takes its place. */
    model: z.string().min(1),
    api: z.enum(['aura', 'flux']).optional(),
    /** Hz. */
    sampleRate: z.int().min(8_000).max(48_000).default(24_000),
    /** Times the voice's own pace; an expression multiplies it. Aura 0.7–1.5, Flux 0.5–1.5. */
    speed: z.number().min(0.5).max(1.5).default(1),
    /** Whether emotions and `speed` of a request change the pace. Default: where the voice is known to take it. */
    expressive: z.boolean().optional(),
    /** Flux: from calm (−2) to animated (2), for all it says. */
    expressivity: z.int().min(-2).max(2).optional(),
    /** BCP 47. Default: the end of the model's name. */
    languages: z.array(z.string().min(1)).optional(),
    mipOptOut: z.boolean().optional(),
    tags: z.array(z.string().min(1)).default([]),
    /** Connections kept while nothing is spoken. */
    keepOpen: z.int().min(0).max(100).default(4),
    connectTimeoutMs: timeoutMs.default(5_000),
    /** Longest wait for the first sound of a clause. */
    firstTimeoutMs: timeoutMs.default(5_000),
    /** Longest wait between two pieces of sound. */
    idleTimeoutMs: timeoutMs.default(5_000),
  })
  .superRefine((options, check) => {
    if (isFluxTts(options)) return
    for (const name of ['expressivity', 'tags'] as const) {
      if (options[name] === undefined || (name === 'tags' && options.tags.length === 0)) continue
      check.addIssue({ code: 'custom', path: [name], message: `${name} is no option of Aura` })
    }
  })

export type DeepgramTtsOptions = z.infer<typeof ttsOptions>

export function isFluxTts({ api, model }: { api?: string | undefined; model: string }): boolean {
  return api === undefined ? isFluxName(model) : api === 'flux'
}

function isFluxName(model: string): boolean {
  return model.startsWith('flux-')
}
