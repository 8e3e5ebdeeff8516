export * from './vad/assets.js'
export * from './wav-file.js'
