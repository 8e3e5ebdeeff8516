export * from './wav-file.js'
