export * from './voice/client-messages.js'
export * from './voice/server-messages.js'
export * from './voice/shared.js'
