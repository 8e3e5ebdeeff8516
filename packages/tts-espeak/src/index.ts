export * from './espeak.js'
