import { keys, list, text, url } from './kinds.js'
import { optional, type Setting, setting } from './setting.js'

/**
 * What vendors need: keys, addresses, and what an agent without words on it gets. Model names and voices stand in
 * agent files and in the file of defaults, never here.
 */

function keysOf(env: string, vendor: string, begins?: string): Setting<readonly string[] | undefined> {
  return optional({
    env,
    aliases: [`${env}S`],
    numbered: true,
    kind: keys(begins === undefined ? { vendor } : { vendor, begins }),
    unset: `${vendor} is not used`,
    secret: true,
    doc: `Key for ${vendor}. Several, separated by commas or as \`${env}_1\`, \`${env}_2\` and so on, are used as a pool.`,
  })
}

function addressOf(env: string, vendor: string, standard: string): Setting<string> {
  return setting({
    env,
    kind: url(['https', 'http', 'wss', 'ws'], standard),
    default: standard,
    doc: `Where ${vendor} is. Plain \`http\` only on this machine itself.`,
  })
}

/** Where the vendor's own SDK knows the address, by region. */
function placeOf(env: string, vendor: string): Setting<string | undefined> {
  return optional({
    env,
    kind: url(['https', 'http'], 'https://vendor.example'),
    unset: 'the region’s own address',
    doc: `Where ${vendor} is. Plain \`http\` only on this machine itself.`,
  })
}

/** What an agent gets from a vendor where it names nothing. */
function usualOf(env: string, what: 'model' | 'voice', doc: string): Setting<string | undefined> {
  const must = what === 'model' ? 'the name of a model' : 'the id of a voice'
  return optional({ env, kind: text({ must }), unset: 'the one of the file of defaults', doc })
}

export const vendorSettings = {
  deepgramApiKey: keysOf('DEEPGRAM_API_KEY', 'Deepgram'),
  deepgramBaseUrl: addressOf('DEEPGRAM_BASE_URL', 'Deepgram', 'https://api.deepgram.com'),
  openaiApiKey: keysOf('OPENAI_API_KEY', 'OpenAI', 'sk-'),
  openaiBaseUrl: addressOf(
    'OPENAI_BASE_URL',
    'OpenAI, or a server that speaks its protocol',
    'https://api.openai.com/v1',
  ),
  openaiOrgId: optional({
    env: 'OPENAI_ORG_ID',
    aliases: ['OPENAI_ORGANIZATION'],
    kind: text({ must: 'an organization’s id' }),
    unset: 'the key’s own organization',
    doc: 'Sent to OpenAI with each request.',
  }),
  openaiModel: usualOf(
    'OPENAI_MODEL',
    'model',
    'Model of OpenAI that answers where an agent does not name one.',
  ),
  anthropicApiKey: keysOf('ANTHROPIC_API_KEY', 'Anthropic', 'sk-ant-'),
  anthropicBaseUrl: addressOf('ANTHROPIC_BASE_URL', 'Anthropic', 'https://api.anthropic.com'),
  anthropicModel: usualOf(
    'ANTHROPIC_MODEL',
    'model',
    'Model of Anthropic that answers where an agent does not name one.',
  ),
  cartesiaApiKey: keysOf('CARTESIA_API_KEY', 'Cartesia'),
  cartesiaBaseUrl: addressOf('CARTESIA_BASE_URL', 'Cartesia', 'https://api.cartesia.ai'),
  cartesiaVoice: usualOf('CARTESIA_VOICE_ID', 'voice', 'Voice of Cartesia where an agent does not name one.'),
  elevenlabsApiKey: keysOf('ELEVENLABS_API_KEY', 'ElevenLabs'),
  elevenlabsBaseUrl: addressOf('ELEVENLABS_BASE_URL', 'ElevenLabs', 'https://api.elevenlabs.io'),
  elevenlabsVoice: usualOf(
    'ELEVENLABS_VOICE_ID',
    'voice',
    'Voice of ElevenLabs where an agent does not name one.',
  ),
  googleApiKey: keysOf('GOOGLE_API_KEY', 'Google Cloud Text-to-Speech'),
  googleCredentials: optional({
    env: 'GOOGLE_APPLICATION_CREDENTIALS',
    kind: text({ must: 'the path of a service account’s key file' }),
    unset: 'no service account',
    doc: 'Service account for Google Cloud Text-to-Speech; goes before `GOOGLE_API_KEY`.',
  }),
  googleProject: optional({
    env: 'GOOGLE_CLOUD_PROJECT',
    kind: text({ must: 'the id of a project' }),
    unset: 'the account’s own project',
    doc: 'Project that pays for Google Cloud Text-to-Speech.',
  }),
  googleBaseUrl: addressOf(
    'GOOGLE_TTS_BASE_URL',
    'Google Cloud Text-to-Speech',
    'https://texttospeech.googleapis.com',
  ),
  awsRegion: optional({
    env: 'AWS_REGION',
    aliases: ['AWS_DEFAULT_REGION'],
    kind: text({ must: 'a region such as eu-west-1' }),
    unset: 'as the SDK of AWS finds it',
    doc: 'Region of Amazon Polly and Amazon Transcribe.',
  }),
  awsAccessKeyId: optional({
    env: 'AWS_ACCESS_KEY_ID',
    kind: text({ must: 'an access key’s id' }),
    unset: 'as the SDK of AWS finds it: profile, role',
    secret: true,
    doc: 'Account at AWS.',
  }),
  awsSecretAccessKey: optional({
    env: 'AWS_SECRET_ACCESS_KEY',
    kind: text({ must: 'an access key’s secret' }),
    unset: 'as the SDK of AWS finds it: profile, role',
    secret: true,
    doc: 'Secret of `AWS_ACCESS_KEY_ID`.',
  }),
  awsSessionToken: optional({
    env: 'AWS_SESSION_TOKEN',
    kind: text({ must: 'a session’s token' }),
    unset: 'a lasting key',
    secret: true,
    doc: 'Token of a short-lived access key.',
  }),
  pollyBaseUrl: placeOf('AWS_POLLY_BASE_URL', 'Amazon Polly'),
  transcribeBaseUrl: placeOf('AWS_TRANSCRIBE_BASE_URL', 'Amazon Transcribe'),
  compatibleApiKey: keysOf('OPENAI_COMPATIBLE_API_KEY', 'the OpenAI-compatible server'),
  compatibleBaseUrl: addressOf(
    'OPENAI_COMPATIBLE_BASE_URL',
    'the OpenAI-compatible server (Ollama, vLLM, llama.cpp, speaches, Kokoro)',
    'http://localhost:11434/v1',
  ),
  aiSdkApiKey: keysOf('AI_SDK_API_KEY', 'the provider behind the AI SDK'),
}

/** Who serves a slot of the assembled agent. */
function providersOf(slot: string, example: string, doc: string): Setting<readonly string[] | undefined> {
  return optional({
    env: `PARLEY_${slot}_PROVIDER`,
    aliases: [`STREAM_${slot}_PROVIDER`],
    kind: list('a comma-separated list of providers', example, name => /^[a-z][a-z0-9-]*$/i.test(name)),
    unset: 'no agent is assembled from settings',
    doc,
  })
}

/** What the first provider of a slot is given. */
function firstOf(name: string, what: 'model' | 'voice', doc: string): Setting<string | undefined> {
  return optional({
    env: `PARLEY_${name}`,
    aliases: [`STREAM_${name}`],
    kind: text({ must: `the name of a ${what}` }),
    unset: 'as in the file of defaults',
    doc,
  })
}

/** How an agent is assembled where no file says it. */
export const assemblySettings = {
  sttProvider: providersOf(
    'STT',
    'deepgram',
    'Recognisers of the assembled agent, in the order in which they are tried; `mock` is the embedded one.',
  ),
  llmProvider: providersOf(
    'LLM',
    'anthropic',
    'Models of the assembled agent, in the order in which they are tried; `mock` is the scripted agent.',
  ),
  ttsProvider: providersOf(
    'TTS',
    'cartesia',
    'Voices of the assembled agent, in the order in which they are tried; `mock` is an embedded one.',
  ),
  sttModel: firstOf('STT_MODEL', 'model', 'Model of the first of `PARLEY_STT_PROVIDER`.'),
  llmModel: firstOf('LLM_MODEL', 'model', 'Model of the first of `PARLEY_LLM_PROVIDER`.'),
  ttsModel: firstOf('TTS_MODEL', 'model', 'Model of the first of `PARLEY_TTS_PROVIDER`.'),
  ttsVoice: firstOf(
    'TTS_VOICE',
    'voice',
    'Voice of the first of `PARLEY_TTS_PROVIDER`, as that vendor calls it.',
  ),
  realtimeProvider: providersOf(
    'REALTIME',
    'openai',
    'Models that hear and speak, in the place of a recogniser, a model and a voice, in the order in which they are tried.',
  ),
  realtimeModel: firstOf('REALTIME_MODEL', 'model', 'Model of the first of `PARLEY_REALTIME_PROVIDER`.'),
  realtimeVoice: firstOf(
    'REALTIME_VOICE',
    'voice',
    'Voice of the first of `PARLEY_REALTIME_PROVIDER`, as that vendor calls it.',
  ),
  instructions: optional({
    env: 'PARLEY_INSTRUCTIONS',
    kind: text({ must: 'a text' }),
    unset: 'a polite assistant on the telephone',
    doc: 'Instructions of the assembled agent.',
  }),
  defaultsFile: optional({
    env: 'PARLEY_DEFAULTS',
    kind: text({ must: 'the path of a YAML file' }),
    unset: 'the shipped `agents/defaults.yaml`',
    doc: 'Models and voices of vendors where an agent does not name them, by vendor, slot and language.',
  }),
  modelsDir: setting({
    env: 'PARLEY_MODELS_DIR',
    kind: text({ must: 'the path of a folder' }),
    default: '.parley/models',
    doc: 'Where `parley models pull` puts models, and local recognisers look for them.',
  }),
  modelCatalogue: optional({
    env: 'PARLEY_MODEL_CATALOGUE',
    kind: text({ must: 'the path of a JSON file' }),
    unset: 'the shipped catalogue alone',
    doc: 'Further models that can be pulled; its entries go before the shipped ones.',
  }),
  factsDatabaseUrl: optional({
    env: 'PARLEY_FACTS_DATABASE_URL',
    kind: url(['postgres', 'postgresql'], 'postgres://reader:password@localhost:5432/shop'),
    unset: '`DATABASE_URL`, if it is set',
    secret: true,
    doc: 'PostgreSQL that `sql` sources of facts read from, in transactions that cannot write.',
  }),
  pricesFile: optional({
    env: 'PARLEY_PRICES',
    kind: text({ must: 'the path of a YAML or JSON file' }),
    unset: 'cost is not counted',
    doc: 'What vendors charge, for the cost of conversations and its counter.',
  }),
}
