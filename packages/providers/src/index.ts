export { aiSdk } from './ai-sdk/index.js'
export { anthropic } from './anthropic/index.js'
export { polly, transcribe } from './aws/index.js'
export { cartesia } from './cartesia/index.js'
export { deepgram } from './deepgram/index.js'
export { elevenLabs } from './elevenlabs/index.js'
export { google } from './google/index.js'
export { readServiceAccount, type ServiceAccount } from './google/service-account.js'
export {
  type FindPocketsphinxOptions,
  type FoundPocketsphinx,
  findPocketsphinx,
} from './local/find-pocketsphinx.js'
export { createFlite, type FliteOptions, type FliteVoice, fliteVoices } from './local/flite.js'
export { grammarWords } from './local/grammar-words.js'
export { type KnownWords, knownWords } from './local/known-words.js'
export { createPocketsphinx, type Pocketsphinx, type PocketsphinxOptions } from './local/pocketsphinx.js'
export {
  findModel,
  type ModelCatalogue,
  type ModelEntry,
  modelCatalogue,
  parseCatalogue,
} from './models/catalogue.js'
export { type ListedModel, listModels } from './models/list-models.js'
export {
  type PulledModel,
  type PullModel,
  type PullProgress,
  pullModel,
} from './models/pull-model.js'
export { openai } from './openai/index.js'
export { openaiCompatible } from './openai-compatible/index.js'
export { openaiLive } from './openai-live/index.js'
export { defaultModelsFolder, sherpa } from './sherpa/index.js'
export type { Slot, Vendor, VendorContext, VendorKey } from './vendor.js'
export { vendors } from './vendors.js'
export * from './wire/keys.js'
export { fixedKey, type KeyLease, type KeyOutcome, type KeyRate, type KeySource } from './wire/keys.js'
export { type OpenSocket, openSocket } from './wire/socket.js'
