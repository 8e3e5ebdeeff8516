export * from './ws/serve-voice-socket.js'
export * from './ws/voice-host.js'
export * from './ws/voice-limits.js'
export * from './ws/voice-log.js'
