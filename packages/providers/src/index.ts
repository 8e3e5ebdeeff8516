export {
  type FindPocketsphinxOptions,
  type FoundPocketsphinx,
  findPocketsphinx,
} from './local/find-pocketsphinx.js'
export { createFlite, type FliteOptions, type FliteVoice, fliteVoices } from './local/flite.js'
export { grammarWords } from './local/grammar-words.js'
export { type KnownWords, knownWords } from './local/known-words.js'
export { createPocketsphinx, type Pocketsphinx, type PocketsphinxOptions } from './local/pocketsphinx.js'
