import { z } from 'zod'

const ms = z.int().min(1)

export const sttOptions = z.strictObject({
  /** A folder with a model, or the name of one that was pulled. */
  model: z.string().min(1),
  /** Where pulled models are. Default: PARLEY_MODELS_DIR, else `.parley/models`. */
  modelsFolder: z.string().min(1).optional(),
  /** Which files to take where there are both. */
  precision: z.enum(['int8', 'float']).default('int8'),
  decoding: z.enum(['greedy_search', 'modified_beam_search']).default('greedy_search'),
  /** Hz of the sound it is given; the recogniser brings it to what the model wants. */
  sampleRate: z.int().min(8_000).max(48_000).default(16_000),
  /** Sound before the beginning of speech that is heard with it. */
  leadMs: z.int().min(0).max(2_000).default(300),
  /** Silence that is put behind the end of speech, so that the last word comes out. */
  tailMs: z.int().min(0).max(3_000).default(600),
  /** Longest time to load the model. */
  loadTimeoutMs: ms.default(60_000),
  /** Longest wait for the last words. */
  finalTimeoutMs: ms.default(10_000),
  /** How far it may fall behind the sound before it is too slow for this machine. */
  mostBehindMs: ms.default(15_000),
})

export type SttOptions = z.output<typeof sttOptions>
