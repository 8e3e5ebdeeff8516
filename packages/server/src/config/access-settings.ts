import { bytesAsText, duration, flag, list, text, url, wholeNumber } from './kinds.js'
import { optional, setting } from './setting.js'

const isOrigin = (value: string) =>
  value === '*' || value === 'null' || /^https?:\/\/(\*\.)?[^/*?#\s]+\/?$/i.test(value)

/** Who may come in. */
export const accessSettings = {
  jwtSecret: optional({
    env: 'JWT_SECRET',
    kind: text({ min: 32, must: 'at least 32 characters long' }),
    unset: 'no tokens by secret',
    secret: true,
    doc: 'Secret of HS256 tokens.',
  }),
  jwksUrl: optional({
    env: 'JWKS_URL',
    kind: url(['https', 'http'], 'https://issuer.example/.well-known/jwks.json'),
    unset: 'no tokens by public key',
    doc: 'Public keys of the token issuer (RS256, ES256, EdDSA).',
  }),
  jwtIssuer: optional({
    env: 'JWT_ISSUER',
    kind: text({ must: 'the issuer’s name' }),
    unset: 'any issuer',
    doc: 'What the `iss` claim of a token must be.',
  }),
  jwtAudience: optional({
    env: 'JWT_AUDIENCE',
    kind: text({ must: 'the audience’s name' }),
    unset: 'any audience',
    doc: 'What the `aud` claim of a token must hold.',
  }),
  authRequired: setting({
    env: 'PARLEY_AUTH_REQUIRED',
    kind: flag(),
    default: false,
    doc: 'Whether even this machine itself must bring a token.',
  }),
  talkToken: optional({
    env: 'PARLEY_TOKEN',
    kind: text({ must: 'a token' }),
    unset: 'no token',
    secret: true,
    doc: 'Token that `parley talk` brings when it is not given `--token`.',
  }),
  corsOrigins: setting({
    env: 'CORS_ORIGINS',
    aliases: ['VOICE_CORS_ORIGIN', 'STREAM_CORS_ORIGIN'],
    kind: list(
      'a comma-separated list of origins such as https://app.example (or *)',
      'https://app.example',
      isOrigin,
    ),
    default: [],
    doc: 'Web pages that may use the gateway, beside its own; unset, pages of this machine. Holds for HTTP and for sockets.',
  }),
}

/** Against whoever listens on the way. */
export const encryptionSettings = {
  encryptionKey: optional({
    env: 'PARLEY_ENCRYPTION_KEY',
    kind: bytesAsText(32),
    unset: 'made at the first start, in `PARLEY_DATA_DIR`',
    secret: true,
    doc: 'Seed of the long-term key that clients pin; nodes behind one address need the same.',
  }),
  requireEncryption: setting({
    env: 'PARLEY_REQUIRE_ENCRYPTION',
    kind: flag(),
    default: false,
    doc: 'Whether the voice socket refuses clients that do not encrypt (docs/encryption.md).',
  }),
}

/** How much of it. A limit that is unset spares this machine itself; a limit that is set holds for everyone. */
export const limitSettings = {
  maxConnections: setting({
    env: 'VOICE_MAX_CONNECTIONS',
    kind: wholeNumber({ min: 1, max: 1_000_000 }),
    default: 1000,
    doc: 'Sockets the gateway holds at once; the next one gets 503.',
  }),
  connectionsPerAddress: optional({
    env: 'PARLEY_CONNECTIONS_PER_ADDRESS',
    kind: wholeNumber({ min: 1, max: 1_000_000 }),
    unset: '100, no limit for this machine itself',
    doc: 'Sockets one address (an IPv6 /64) may hold at once; the next one gets 429.',
  }),
  ratePerAddress: optional({
    env: 'PARLEY_RATE_LIMIT_MAX',
    aliases: ['RATE_LIMIT_MAX', 'STREAM_RATE_LIMIT_MAX'],
    kind: wholeNumber({ min: 1, max: 1_000_000 }),
    unset: '300, no limit for this machine itself',
    doc: 'API requests and sockets one address may begin per window; the next one gets 429.',
  }),
  rateWindowMs: setting({
    env: 'PARLEY_RATE_LIMIT_WINDOW_MS',
    aliases: ['RATE_LIMIT_WINDOW_MS', 'STREAM_RATE_LIMIT_WINDOW_MS'],
    kind: duration({ minMs: 1_000, maxMs: 86_400_000 }),
    default: 60_000,
    doc: 'The window of the rate limit.',
  }),
  sessionsPerPrincipal: optional({
    env: 'STREAM_MAX_CONCURRENT_SESSIONS',
    kind: wholeNumber({ min: 1, max: 1_000_000 }),
    unset: 'as many as the gateway holds',
    doc: 'Conversations one user (tenant and subject of the token) may hold at once; the next one gets 429.',
  }),
}
