/** What a thread that speaks needs of this package, so that it loads no more: mouth shapes of the phones a voice speaks. */
export * from './viseme/arpabet.js'
export * from './viseme/ipa.js'
export * from './viseme/phone-shapes.js'
export type { Viseme, VisemeCue } from './viseme/viseme.js'
export * from './viseme/viseme-cues.js'
