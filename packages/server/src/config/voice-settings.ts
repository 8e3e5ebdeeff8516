import { OPUS_SAMPLE_RATES, VOICE_OPUS_PACKET_MS, VOICE_OPUS_PACKETS_MS } from '@parley/protocol'
import { duration, flag, languageTag, oneNumberOf, text, wholeNumber } from './kinds.js'
import { optional, setting } from './setting.js'

const target = { minMs: 1, maxMs: 60_000 }

/** What a conversation is like. */
export const voiceSettings = {
  agentFile: optional({
    env: 'PARLEY_AGENT',
    kind: text({ must: 'the path of an agent file' }),
    unset: 'the agent of the demo',
    doc: 'The YAML file of the scripted agent; `parley agent check` reads it.',
  }),
  language: optional({
    env: 'PARLEY_LANGUAGE',
    kind: languageTag(),
    unset: 'the agent’s own',
    doc: 'Language of conversations that do not ask for one.',
  }),
  idleTimeoutMs: setting({
    env: 'VOICE_SESSION_TIMEOUT',
    kind: duration({ minMs: 1_000, maxMs: 86_400_000 }),
    default: 300_000,
    doc: 'A conversation in which nothing is heard or sent for this long ends.',
  }),
  maxSessionMs: setting({
    env: 'PARLEY_MAX_SESSION_MS',
    kind: duration({ minMs: 1_000, maxMs: 604_800_000 }),
    default: 14_400_000,
    doc: 'Longest duration of a conversation.',
  }),
  realtimeSessionMs: setting({
    env: 'PARLEY_REALTIME_SESSION_MS',
    kind: duration({ minMs: 1_000, maxMs: 604_800_000 }),
    default: 3_600_000,
    doc: 'Longest duration of a conversation with a client of the OpenAI Realtime protocol, if `PARLEY_MAX_SESSION_MS` is not shorter.',
  }),
  resumeWindowMs: setting({
    env: 'PARLEY_RESUME_WINDOW_MS',
    kind: duration({ minMs: 0, maxMs: 3_600_000 }),
    default: 30_000,
    doc: 'How long a conversation whose socket was lost waits for it to come back.',
  }),
  maxSessionDevices: setting({
    env: 'PARLEY_MAX_SESSION_DEVICES',
    kind: wholeNumber({ min: 1, max: 100 }),
    default: 8,
    doc: 'Devices that may stand in one conversation, the speaker among them; with 1 nobody can join. See docs/devices.md.',
  }),
  socketioTtlSeconds: setting({
    env: 'SESSION_TTL',
    kind: wholeNumber({ min: 1, max: 604_800 }),
    default: 3_600,
    doc: 'How long a Socket.IO client that is gone stays known, seconds. Its conversation waits for `PARLEY_RESUME_WINDOW_MS`.',
  }),
  socketioMaxSessions: setting({
    env: 'MAX_SESSIONS',
    kind: wholeNumber({ min: 1, max: 1_000_000 }),
    default: 10_000,
    doc: 'How many Socket.IO clients are known at once; newcomers are refused above it.',
  }),
  opusRate: setting<(typeof OPUS_SAMPLE_RATES)[number]>({
    env: 'VOICE_SAMPLE_RATE',
    kind: oneNumberOf(OPUS_SAMPLE_RATES),
    default: 48_000,
    doc: 'Rate of Opus on the voice socket where the client names none, Hz. PCM16 has the rate the client says.',
  }),
  opusPacketMs: setting({
    env: 'VOICE_FRAME_MS',
    kind: oneNumberOf(VOICE_OPUS_PACKETS_MS),
    default: VOICE_OPUS_PACKET_MS,
    doc: 'Length of the Opus packets of the voice socket, ms; `ready` tells it to the client.',
  }),
  opusBitrate: setting({
    env: 'VOICE_BITRATE',
    kind: wholeNumber({ min: 6_000, max: 128_000 }),
    default: 16_000,
    doc: 'Bits per second of Opus on the voice socket; `ready` tells it to the client.',
  }),
  targetFirstTokenMs: setting({
    env: 'VOICE_TARGET_FIRST_TOKEN_MS',
    kind: duration(target),
    default: 300,
    doc: 'Target from the end of the caller’s turn to the first token of the answer.',
  }),
  targetPartialMs: setting({
    env: 'VOICE_TARGET_PARTIAL_LATENCY_MS',
    kind: duration(target),
    default: 150,
    doc: 'Target from speech to its first partial transcript.',
  }),
  targetBargeInMs: setting({
    env: 'VOICE_TARGET_BARGE_IN_MS',
    kind: duration(target),
    default: 50,
    doc: 'Target from the caller’s speech to silence of the agent.',
  }),
  performanceWarnings: setting({
    env: 'VOICE_PERFORMANCE_WARNINGS',
    kind: flag(),
    default: true,
    doc: 'Whether a missed target is logged.',
  }),
}
