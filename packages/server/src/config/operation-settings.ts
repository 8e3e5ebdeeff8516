import { choice, duration, flag, looseFlag, sentryDsn, text, url, wholeNumber } from './kinds.js'
import { optional, setting } from './setting.js'

/** Where data lives. */
export const storeSettings = {
  databaseUrl: optional({
    env: 'DATABASE_URL',
    kind: url(['postgres', 'postgresql'], 'postgres://user:password@localhost:5432/parley'),
    unset: 'an embedded database in `PARLEY_DATA_DIR`',
    secret: true,
    doc: 'PostgreSQL. `?sslmode=require` encrypts the connection.',
  }),
  databaseConnections: setting({
    env: 'PARLEY_DATABASE_CONNECTIONS',
    aliases: ['DATABASE_POOL_MAX'],
    kind: wholeNumber({ min: 2, max: 1_000 }),
    default: 10,
    doc: 'Connections to `DATABASE_URL` at most, of this process. Without Redis its queue of calls has up to 10 of its own.',
  }),
  analyticsDatabaseUrl: optional({
    env: 'PARLEY_ANALYTICS_DATABASE_URL',
    aliases: ['DATABASE_READ_URL'],
    kind: url(['postgres', 'postgresql'], 'postgres://reader:password@replica:5432/parley'),
    unset: '`DATABASE_URL`',
    secret: true,
    doc: 'A read replica of `DATABASE_URL` for the figures of the console, which then cost the other nothing.',
  }),
  redisUrl: optional({
    env: 'REDIS_URL',
    kind: url(['redis', 'rediss'], 'redis://localhost:6379'),
    unset: 'one process, nothing shared',
    secret: true,
    doc: 'Redis, needed as soon as several processes serve the same users.',
  }),
  redisEnabled: setting({
    env: 'REDIS_ENABLED',
    kind: flag(),
    default: false,
    doc: 'Whether the Socket.IO edges of several nodes are one, through `REDIS_URL`.',
  }),
  dataDir: setting({
    env: 'PARLEY_DATA_DIR',
    kind: text({ must: 'the path of a folder' }),
    default: '.parley/data',
    doc: 'Folder of the embedded database. One process at a time may hold it.',
  }),
}

/** Recording of sessions for a replay. */
export const recordingSettings = {
  sessionLogDir: optional({
    env: 'PARLEY_SESSION_LOG',
    kind: text({ must: 'the path of a folder' }),
    unset: 'nothing is recorded',
    doc: 'Folder into which each session is recorded for `parley replay`, in a file of its own.',
  }),
  sessionLogAudio: setting({
    env: 'PARLEY_SESSION_LOG_AUDIO',
    kind: flag(),
    default: false,
    doc: 'Whether the sound of caller and agent is recorded, too.',
  }),
  sessionLogRedact: optional({
    env: 'PARLEY_SESSION_LOG_REDACT',
    kind: flag(),
    unset: 'true, unless the sound is recorded',
    doc: 'Whether words, numbers and telephone keys are replaced in what is recorded.',
  }),
}

/** What operators see. */
export const operationSettings = {
  logLevel: setting({
    env: 'LOG_LEVEL',
    kind: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    default: 'info',
    doc: 'The least severe line that is logged.',
  }),
  debug: setting({
    env: 'DEBUG',
    aliases: ['VOICE_DEBUG', 'STREAM_DEBUG'],
    kind: looseFlag(),
    default: false,
    doc: 'Logs at `debug` whatever `LOG_LEVEL` says, and shows stacks of errors.',
  }),
  workletDebug: setting({
    env: 'AUDIO_WORKLET_DEBUG',
    kind: flag(),
    default: false,
    doc: 'Whether the audio program of pages says on their console, once a second, what it holds.',
  }),
  logFormat: setting({
    env: 'PARLEY_LOG_FORMAT',
    kind: choice(['auto', 'json', 'pretty']),
    default: 'auto',
    doc: 'JSON lines, or lines for people; `auto` writes for people on a terminal.',
  }),
  sentryDsn: optional({
    env: 'SENTRY_DSN',
    kind: sentryDsn(),
    unset: 'errors are in the log alone',
    secret: true,
    doc: 'Where errors of the log are sent: a project at Sentry, or at what speaks its protocol (GlitchTip, Bugsink).',
  }),
  sentryEnvironment: setting({
    env: 'SENTRY_ENVIRONMENT',
    aliases: ['NODE_ENV'],
    kind: text({ must: 'a name such as staging' }),
    default: 'production',
    doc: 'What the error tracker calls this deployment.',
  }),
  metricsEnabled: setting({
    env: 'VOICE_METRICS_ENABLED',
    kind: flag(),
    default: true,
    doc: 'Whether `/metrics` answers.',
  }),
  healthCheckIntervalMs: setting({
    env: 'VOICE_HEALTH_CHECK_INTERVAL',
    kind: duration({ minMs: 1_000, maxMs: 3_600_000 }),
    default: 30_000,
    doc: 'How often the gateway checks what it depends on by itself.',
  }),
}
