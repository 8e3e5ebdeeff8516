import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { sttOptions } from './options.js'
import { sherpa as sherpaRecogniser } from './stt.js'

/** Where pulled models are, if nothing else is said; relative to where the gateway runs. */
export const defaultModelsFolder = '.parley/models'

/** A recogniser on this machine: no key and no address, but a model that must be pulled. */
export const sherpa: Vendor = {
  name: 'sherpa',
  title: 'sherpa-onnx (local)',
  stt: slot(sttOptions, (options, context) =>
    sherpaRecogniser(options, context, process.env.PARLEY_MODELS_DIR ?? defaultModelsFolder),
  ),
}
