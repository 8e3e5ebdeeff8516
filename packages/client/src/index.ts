export * from './client-error.js'
export { OPUS_OUTPUT_RATE, supportsOpus, type WebCodecs } from './codec/web-codecs.js'
export type { ConnectionTiming } from './connection/connection.js'
export {
  closeMeaning,
  defaultReconnectPolicy,
  type ReconnectPolicy,
  reconnectDelayMs,
} from './connection/reconnect-policy.js'
export * from './conversation.js'
export * from './devices/audio-context.js'
export type { AudioSource, AudioSourceEvents, CaptureOptions } from './devices/audio-source.js'
export { browserDevices } from './devices/browser-devices.js'
export { type DeviceChoice, type DeviceList, listDevices, noDevices } from './devices/device-list.js'
export * from './devices/microphone.js'
export * from './devices/player.js'
export * from './devices/recording.js'
export { loadWorklet, WORKLET_PATH, type WorkletSource } from './devices/worklet.js'
export { browserEnvironment, type Environment, type NetworkState, type SocketLike } from './environment.js'
export * from './join.js'
export * from './prosody/prosody-timeline.js'
export * from './prosody/prosody-types.js'
export * from './voice/voice.js'
export { createVoiceActivity, DEFAULT_VOICE_THRESHOLD, type VoiceActivity } from './voice/voice-activity.js'
export * from './voice/voice-devices.js'
export * from './voice/voice-page-types.js'
export { idleVoice } from './voice/voice-store.js'
export * from './voice-client.js'
export * from './voice-types.js'
