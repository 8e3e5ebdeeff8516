import { choice, decimal, duration, flag, phoneNumber, text, url, wholeNumber } from './kinds.js'
import { optional, type Setting, setting } from './setting.js'

/** Phone calls: who carries them, what they may cost, and where what came of them goes. */

function secretOf(env: string, what: string, unset: string): Setting<string | undefined> {
  return optional({ env, kind: text({ must: what }), unset, secret: true, doc: `${firstUpper(what)}.` })
}

function firstUpper(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

function addressOf(env: string, who: string, standard: string): Setting<string> {
  return setting({
    env,
    kind: url(['https', 'http'], standard),
    default: standard,
    doc: `Where ${who} is. Plain \`http\` only on this machine itself.`,
  })
}

export const phoneSettings = {
  publicUrl: optional({
    env: 'PARLEY_PUBLIC_URL',
    aliases: ['WEBSOCKET_SERVER_URL'],
    kind: url(['https', 'wss', 'http', 'ws'], 'https://voice.example'),
    unset: 'no carrier can reach this gateway; the emulator can',
    doc: 'Address under which carriers reach this gateway from outside. Signatures are checked against it, never against `Host`.',
  }),
  carrier: optional({
    env: 'PARLEY_CARRIER',
    kind: choice(['twilio', 'signalwire', 'telnyx', 'emulator', 'none']),
    unset: 'the one that has an account, else `emulator` on a gateway for this machine alone, else `none`',
    doc: 'Who carries calls that this gateway dials. Calls that come in are taken from every carrier that has an account.',
  }),
  phoneNumber: optional({
    env: 'PARLEY_PHONE_NUMBER',
    aliases: ['TWILIO_PHONE_NUMBER', 'SIGNALWIRE_PHONE_NUMBER', 'TELNYX_PHONE_NUMBER'],
    kind: phoneNumber(),
    unset: 'a call must say whose number is shown; `+12025550100` at the emulator',
    doc: 'Number that is shown to those who are called, where a call does not say it.',
  }),
  phoneTenant: optional({
    env: 'PARLEY_PHONE_TENANT',
    kind: text({ must: 'the name of a tenant' }),
    unset: '`local` where no tokens are needed, else `default`',
    doc: 'Tenant whose calls those are that come in to numbers which `PARLEY_PHONE` does not list.',
  }),
  phoneFile: optional({
    env: 'PARLEY_PHONE',
    kind: text({ must: 'the path of a YAML file' }),
    unset: 'every number is answered by the first agent',
    doc: 'Whose each phone number is and which agent answers it; calling hours, limits and budgets of tenants.',
  }),
  twilioAccountSid: optional({
    env: 'TWILIO_ACCOUNT_SID',
    kind: text({ must: 'an account’s id, which begins with AC' }),
    unset: 'Twilio is not used',
    doc: 'Account at Twilio.',
  }),
  twilioAuthToken: secretOf(
    'TWILIO_AUTH_TOKEN',
    'the auth token of the account at Twilio',
    'Twilio is not used',
  ),
  twilioApiKey: optional({
    env: 'TWILIO_API_KEY',
    kind: text({ must: 'an API key’s id, which begins with SK' }),
    unset: 'requests are made with the auth token',
    doc: 'API key for requests to Twilio; signatures are checked with the auth token all the same.',
  }),
  twilioApiSecret: secretOf('TWILIO_API_SECRET', 'the secret of TWILIO_API_KEY', 'none'),
  twilioBaseUrl: addressOf('TWILIO_BASE_URL', 'Twilio', 'https://api.twilio.com'),
  signalwireProject: optional({
    env: 'SIGNALWIRE_PROJECT_ID',
    kind: text({ must: 'a project’s id' }),
    unset: 'SignalWire is not used',
    doc: 'Project at SignalWire.',
  }),
  signalwireToken: secretOf('SIGNALWIRE_TOKEN', 'the API token of the project', 'SignalWire is not used'),
  signalwireSpace: optional({
    env: 'SIGNALWIRE_SPACE',
    aliases: ['SIGNALWIRE_SPACE_URL'],
    kind: text({ must: 'a space such as example.signalwire.com' }),
    unset: 'SignalWire is not used',
    doc: 'Space at SignalWire.',
  }),
  signalwireSigningKey: secretOf(
    'SIGNALWIRE_SIGNING_KEY',
    'the signing key of the project',
    'requests of SignalWire are refused',
  ),
  signalwireBaseUrl: optional({
    env: 'SIGNALWIRE_BASE_URL',
    kind: url(['https', 'http'], 'https://example.signalwire.com'),
    unset: 'the space’s own address',
    doc: 'Where SignalWire is. Plain `http` only on this machine itself.',
  }),
  signalwireCodec: setting({
    env: 'SIGNALWIRE_CODEC',
    kind: choice(['pcmu@8000h', 'l16@16000h', 'l16@24000h']),
    default: 'pcmu@8000h',
    doc: 'Sound of media streams from SignalWire: telephone quality, or 16 or 24 kHz.',
  }),
  l16Order: setting({
    env: 'SIGNALWIRE_L16_ORDER',
    kind: choice(['little', 'big']),
    default: 'little',
    doc: 'Byte order of L16 sound.',
  }),
  telnyxApiKey: secretOf('TELNYX_API_KEY', 'an API key of Telnyx', 'Telnyx is not used'),
  telnyxPublicKey: optional({
    env: 'TELNYX_PUBLIC_KEY',
    kind: text({ must: 'the public key of the account' }),
    unset: 'requests of Telnyx are refused',
    doc: 'Key with which requests of Telnyx are checked.',
  }),
  telnyxConnectionId: optional({
    env: 'TELNYX_CONNECTION_ID',
    kind: text({ must: 'the id of a Call Control application' }),
    unset: 'Telnyx does not dial',
    doc: 'Call Control application that dials.',
  }),
  telnyxBaseUrl: addressOf('TELNYX_BASE_URL', 'Telnyx', 'https://api.telnyx.com'),
  callsPerSecond: setting({
    env: 'PARLEY_CALLS_PER_SECOND',
    kind: decimal({ min: 0.01, max: 1_000 }),
    default: 1,
    doc: 'Calls begun a second from one number. A new account at Twilio may begin one.',
  }),
  callsAtOnce: setting({
    env: 'PARLEY_CALLS_AT_ONCE',
    kind: wholeNumber({ min: 1, max: 100_000 }),
    default: 20,
    doc: 'Dialled calls of one tenant that may be under way at once.',
  }),
  callCountry: setting({
    env: 'PARLEY_PHONE_COUNTRY',
    kind: text({ must: 'a country’s two letters, as in US or ES' }),
    default: 'US',
    doc: 'Country of numbers that are written without one.',
  }),
  recordCalls: setting({
    env: 'PARLEY_RECORD_CALLS',
    kind: flag(),
    default: false,
    doc: 'Whether calls are recorded whose agent does not say.',
  }),
  callRetentionMs: optional({
    env: 'PARLEY_CALL_RETENTION',
    kind: duration({ minMs: 3_600_000, maxMs: 3_650 * 86_400_000 }),
    unset: 'calls are kept',
    doc: 'How long calls are kept, with their sessions, outcomes and recordings.',
  }),
  budgetPerCall: optional({
    env: 'PARLEY_BUDGET_CALL',
    kind: decimal({ min: 0.000001, max: 1_000_000 }),
    unset: 'no limit',
    doc: 'What one call may cost, in the currency of `PARLEY_PRICES`.',
  }),
  budgetPerTenantDay: optional({
    env: 'PARLEY_BUDGET_TENANT_DAY',
    kind: decimal({ min: 0.000001, max: 1_000_000_000 }),
    unset: 'no limit',
    doc: 'What the calls of one tenant may cost a day (UTC).',
  }),
  budgetPerDay: optional({
    env: 'PARLEY_BUDGET_DAY',
    kind: decimal({ min: 0.000001, max: 1_000_000_000 }),
    unset: 'no limit',
    doc: 'What all calls may cost a day (UTC).',
  }),
  callWebhookUrl: optional({
    env: 'PARLEY_WEBHOOK_URL',
    kind: url(['https', 'http'], 'https://app.example/calls'),
    unset: 'only those that an agent names',
    doc: 'Address that is told what came of every call.',
  }),
  callWebhookSecret: secretOf(
    'PARLEY_WEBHOOK_SECRET',
    'the secret with which messages to webhooks are signed',
    'messages to PARLEY_WEBHOOK_URL are refused',
  ),
  supabaseUrl: optional({
    env: 'NEXT_PUBLIC_SUPABASE_URL',
    aliases: ['SUPABASE_URL'],
    kind: url(['https', 'http'], 'https://example.supabase.co'),
    unset: 'leads are kept in the gateway’s own database',
    doc: 'Supabase project whose table of leads is kept up to date.',
  }),
  supabaseServiceKey: secretOf(
    'SUPABASE_SERVICE_ROLE_KEY',
    'the service role key of the Supabase project',
    'NEXT_PUBLIC_SUPABASE_ANON_KEY is used',
  ),
  supabaseAnonKey: secretOf(
    'NEXT_PUBLIC_SUPABASE_ANON_KEY',
    'the anon key of the Supabase project',
    'SUPABASE_SERVICE_ROLE_KEY is used',
  ),
  supabaseLeads: setting({
    env: 'PARLEY_SUPABASE_LEADS',
    kind: text({ must: 'the name of a table' }),
    default: 'leads',
    doc: 'Table of leads in the Supabase project.',
  }),
}
