/** What is said between the gateway and the thread in which sherpa-onnx runs. */

import type { SherpaModel } from './model-folder.js'

export interface ThreadConfig {
  readonly model: SherpaModel
  readonly decoding: string
  readonly sampleRate: number
  readonly tailMs: number
}

export type ThreadTask =
  | { readonly kind: 'begin' | 'finish' | 'drop'; readonly id: number }
  | { readonly kind: 'sound'; readonly id: number; readonly samples: Int16Array }

export type ThreadAnswer =
  | { readonly kind: 'ready' }
  /** It could not be begun: the package is not there, or refuses the model. */
  | { readonly kind: 'refused'; readonly why: 'package' | 'model'; readonly problem: string }
  /** Sound that was worked through, in samples. */
  | { readonly kind: 'worked'; readonly id: number; readonly samples: number }
  | {
      readonly kind: 'partial' | 'final'
      readonly id: number
      readonly text: string
      readonly tokens: readonly string[]
      /** s from the beginning of the turn. */
      readonly timestamps: readonly number[]
    }
