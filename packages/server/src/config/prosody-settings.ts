import { MAX_PROSODY_BATCH } from '@parley/protocol'
import { duration, type Kind, text, wholeNumber } from './kinds.js'
import { optional, setting } from './setting.js'

const socketPath: Kind<string> = pathKind()

/** The prosody socket: sound in, how it is said out. Rate, frame and hop are those of clients that ask for no others. */
export const prosodySettings = {
  prosodyPath: setting({
    env: 'PROSODY_WS_PATH',
    kind: socketPath,
    default: '/prosody',
    doc: 'Path of the prosody socket, on every port of the gateway.',
  }),
  prosodyRate: setting({
    env: 'PROSODY_SAMPLE_RATE',
    kind: wholeNumber({ min: 8_000, max: 48_000 }),
    default: 16_000,
    doc: 'Hz of the 16-bit PCM that comes to the prosody socket.',
  }),
  prosodyFrameSize: setting({
    env: 'PROSODY_FRAME_SIZE',
    kind: wholeNumber({ min: 160, max: 6_144 }),
    default: 1_024,
    doc: 'Samples that a prosody frame looks at: 20 to 128 ms of them.',
  }),
  prosodyHopSize: setting({
    env: 'PROSODY_HOP_SIZE',
    kind: wholeNumber({ min: 40, max: 6_144 }),
    default: 512,
    doc: 'Samples from one prosody frame to the next: 5 ms up to a frame. 256 doubles the frames of 512.',
  }),
  prosodyBatch: setting({
    env: 'PROSODY_BATCH',
    kind: wholeNumber({ min: 1, max: MAX_PROSODY_BATCH }),
    default: 1,
    doc: 'Prosody frames in one message.',
  }),
  prosodyIdleMs: setting({
    env: 'PROSODY_IDLE_TIMEOUT',
    kind: duration({ minMs: 1_000, maxMs: 86_400_000 }),
    default: 300_000,
    doc: 'How long a prosody socket may bring nothing, unless it follows a conversation; then it closes.',
  }),
  prosodyTotalMs: setting({
    env: 'PROSODY_CONNECTION_TIMEOUT',
    kind: duration({ minMs: 1_000, maxMs: 86_400_000 }),
    default: 1_800_000,
    doc: 'How old a prosody socket may get; then it closes and the client connects again.',
  }),
  prosodyPerAddress: optional({
    env: 'PROSODY_MAX_PER_IP',
    kind: wholeNumber({ min: 1, max: 1_000_000 }),
    unset: '50, no limit for this machine itself',
    doc: 'Prosody sockets one address (an IPv6 /64) may hold at once; the next one gets 429.',
  }),
}

function pathKind(): Kind<string> {
  const must = 'a path such as /prosody, without a slash at its end'
  const plain = text({ must })
  return { ...plain, example: '/prosody', schema: plain.schema.refine(isPath, { error: `must be ${must}` }) }
}

function isPath(value: string): boolean {
  return /^(\/[A-Za-z0-9._~-]+)+$/.test(value) && !/(^|\/)\.\.?(\/|$)/.test(value)
}
