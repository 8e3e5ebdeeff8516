import { isIP } from 'node:net'
import { choice, duration, ipv4, list, port, portRange, text } from './kinds.js'
import { optional, setting } from './setting.js'

const isRange = (value: string) => /^[^/]+(\/\d{1,3})?$/.test(value) && isIP(value.split('/')[0] ?? '') > 0

/** Where the gateway listens and how it leaves. */
export const networkSettings = {
  port: setting({
    env: 'PORT',
    kind: port({ min: 0 }),
    default: 3000,
    doc: 'Port of the one listener that serves every path.',
  }),
  host: setting({
    env: 'HOST',
    kind: text({ must: 'an address or a host name' }),
    default: '127.0.0.1',
    doc: 'Address to listen on. Any other than loopback lets other machines in and needs `JWT_SECRET` or `JWKS_URL`.',
  }),
  voiceWsPort: optional({
    env: 'VOICE_WS_PORT',
    kind: port({ min: 1024 }),
    unset: 'no extra listener',
    doc: 'A further port that serves the same paths, for clients that expect the voice socket there.',
  }),
  streamWsPort: optional({
    env: 'STREAM_WS_PORT',
    kind: port({ min: 1024 }),
    unset: 'no extra listener',
    doc: 'A further port that serves the same paths, for clients of the cascaded voice stream.',
  }),
  websocketPort: optional({
    env: 'WEBSOCKET_PORT',
    kind: port({ min: 1024 }),
    unset: 'no extra listener',
    doc: 'A further port that serves the same paths, for telephone media streams; `/health` then says `healthy`.',
  }),
  metricsPort: optional({
    env: 'METRICS_PORT',
    kind: port({ min: 1024 }),
    unset: 'no extra listener',
    doc: 'A further port for the metrics scraper.',
  }),
  webrtcPorts: optional({
    env: 'PARLEY_WEBRTC_PORTS',
    kind: portRange(),
    unset: 'any the system gives',
    doc: 'UDP ports of WebRTC calls; a single one is shared by all of them.',
  }),
  webrtcAddress: optional({
    env: 'PARLEY_WEBRTC_ADDRESS',
    kind: ipv4(),
    unset: 'the machine’s own addresses',
    doc: 'Address under which callers over WebRTC reach this machine, where it does not know it itself (a container, a NAT).',
  }),
  iceServers: setting({
    env: 'PARLEY_ICE_SERVERS',
    kind: list(
      'a comma-separated list of addresses such as stun:stun.example:3478',
      'stun:stun.example:3478',
      value => /^(stun|turn|turns):\S+$/.test(value),
    ),
    default: [],
    doc: 'STUN and TURN servers for WebRTC calls; none are needed where callers reach this machine.',
  }),
  turnSecret: optional({
    env: 'PARLEY_TURN_SECRET',
    kind: text({ min: 16, must: 'at least 16 characters long' }),
    unset: 'TURN servers as `PARLEY_ICE_SERVERS` writes them',
    secret: true,
    doc: 'Secret shared with the TURN servers (`static-auth-secret` of coturn): each client gets credentials of its own.',
  }),
  turnTtlMs: setting({
    env: 'PARLEY_TURN_TTL',
    kind: duration({ minMs: 60_000, maxMs: 86_400_000 }),
    default: 3_600_000,
    doc: 'How long such credentials are good; a call that began goes on for as long as they are.',
  }),
  trustProxy: setting({
    env: 'PARLEY_TRUST_PROXY',
    aliases: ['TRUST_PROXY'],
    kind: list('a comma-separated list of addresses or CIDR ranges', '10.0.0.0/8', isRange),
    default: [],
    doc: 'Reverse proxies whose `X-Forwarded-For` is believed when limits are counted by address.',
  }),
  healthStyle: optional({
    env: 'HEALTH_STYLE',
    kind: choice(['default', 'calls']),
    unset: '`calls` when `WEBSOCKET_PORT` is set, else `default`',
    doc: 'What `/health` calls a good state: `ok` (`default`) or `healthy` (`calls`).',
  }),
  drainMs: setting({
    env: 'PARLEY_DRAIN_MS',
    kind: duration({ minMs: 0, maxMs: 3_600_000 }),
    default: 10_000,
    doc: 'Longest time to let conversations finish or move when the gateway is told to stop.',
  }),
}
