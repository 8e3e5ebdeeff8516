export * from './frame.js'
