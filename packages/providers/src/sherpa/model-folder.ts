/**
 * Finds out what kind of streaming model a folder holds, from the names of its files and what they say of themselves, and
 * names what is missing. The files are those that sherpa-onnx publishes, whatever stands before or behind `encoder`.
 */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ParleyError } from '@parley/core'
import { onnxMetadata } from './onnx-metadata.js'

export type SherpaModel =
  | {
      readonly kind: 'transducer'
      readonly encoder: string
      readonly decoder: string
      readonly joiner: string
      readonly tokens: string
    }
  | {
      readonly kind: 'paraformer'
      readonly encoder: string
      readonly decoder: string
      readonly tokens: string
    }
  | {
      readonly kind: 'zipformer2Ctc' | 'nemoCtc' | 'toneCtc'
      readonly model: string
      readonly tokens: string
    }

export interface LoadModelFolder {
  /** As the user names it, for messages. */
  readonly model: string
  readonly folder: string
  readonly precision: 'int8' | 'float'
}

/**
 * Looks into the folder; no model is loaded yet. @throws ParleyError `provider_missing` if there is no such folder,
 * `bad_config` naming the files that are missing or wrong.
 */
export function loadModelFolder({ model, folder, precision }: LoadModelFolder): SherpaModel {
  const names = filesIn(model, folder)
  const find = (part: string) => {
    const found = names.filter(
      name => name.endsWith('.onnx') && new RegExp(`(^|[-_.])${part}([-_.]|$)`).test(name),
    )
    const isInt8 = (name: string) => /int8/.test(name)
    const [best] = found
      .sort((one, other) => one.length - other.length)
      .filter(name => isInt8(name) === (precision === 'int8'))
    const name = best ?? found[0]
    return name === undefined ? undefined : join(folder, name)
  }
  const missing: string[] = []
  const need = (path: string | undefined, what: string): string => {
    if (path === undefined) missing.push(what)
    return path ?? ''
  }
  const tokens = need(names.includes('tokens.txt') ? join(folder, 'tokens.txt') : undefined, 'tokens.txt')
  const [encoder, decoder, joiner] = [find('encoder'), find('decoder'), find('joiner')]
  const whole = find('model') ?? find('ctc')

  let found: SherpaModel
  if (joiner !== undefined || (encoder === undefined && decoder !== undefined)) {
    found = {
      kind: 'transducer',
      encoder: need(encoder, 'encoder*.onnx'),
      decoder: need(decoder, 'decoder*.onnx'),
      joiner: need(joiner, 'joiner*.onnx'),
      tokens,
    }
  } else if (encoder !== undefined) {
    found = twoOrThree(encoder, decoder, need, tokens)
  } else {
    const path = need(whole, 'model*.onnx, or encoder*.onnx with decoder*.onnx and joiner*.onnx')
    found = { kind: missing.length > 0 ? 'zipformer2Ctc' : ctcKind(path), model: path, tokens }
  }
  if (missing.length === 0) return found
  throw new ParleyError('bad_config', `The model folder ${folder} lacks ${missing.join(' and ')}.`, {
    details: { folder, missing },
  })
}

/** An encoder without a joiner: what it says of itself tells whether one is missing. */
function twoOrThree(
  encoder: string,
  decoder: string | undefined,
  need: (path: string | undefined, what: string) => string,
  tokens: string,
): SherpaModel {
  const isParaformer =
    /paraformer/i.test(metadataOf(encoder).get('model_type') ?? '') ||
    metadataOf(encoder).has('lfr_window_size')
  const both = { encoder, decoder: need(decoder, 'decoder*.onnx'), tokens }
  if (isParaformer) return { kind: 'paraformer', ...both }
  return { kind: 'transducer', ...both, joiner: need(undefined, 'joiner*.onnx') }
}

function ctcKind(path: string): 'zipformer2Ctc' | 'nemoCtc' | 'toneCtc' {
  const metadata = metadataOf(path)
  const type = metadata.get('model_type') ?? ''
  if (/zipformer2/i.test(type)) return 'zipformer2Ctc'
  if (/EncDec|nemo/i.test(type) || metadata.has('cache_last_channel_dim1')) return 'nemoCtc'
  if (/t-?one/i.test(`${type}${metadata.get('url') ?? ''}`) || metadata.has('frame_length_ms'))
    return 'toneCtc'
  const message = `${path} is not a streaming model that is known (its model_type is "${type}").`
  throw new ParleyError('bad_config', message, { details: { modelType: type } })
}

function metadataOf(path: string): ReadonlyMap<string, string> {
  const metadata = onnxMetadata(path)
  if (metadata !== undefined) return metadata
  throw new ParleyError('bad_config', `${path} is not an ONNX model, or it is damaged; pull it again.`)
}

function filesIn(model: string, folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (cause) {
    const message = `The model "${model}" is not here (${folder}); run: parley models pull ${model}`
    throw new ParleyError('provider_missing', message, { cause, details: { folder } })
  }
}
