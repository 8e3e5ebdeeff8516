// docs/providers.md from the registry: keys, addresses, slots and options, each with an entry that is checked as an agent.

const code = text => `\`${text}\``
const cell = text => text.replaceAll('|', '\\|')
const slotNames = {
  stt: 'Recogniser (`stt`)',
  llm: 'Model (`llm`)',
  tts: 'Voice (`tts`)',
  realtime: 'Model that hears and speaks (`realtime`)',
  live: 'Model that owns turn-taking, too (`live`)',
}
/** Slots that do the work of all others: each makes an agent alone. */
const alone = ['realtime', 'live']

/** Entries for a provider that the file of defaults does not fill in. */
const entries = {
  'tts google': '{ provider: google, voice: en-US-Neural2-F }',
  'tts polly': '{ provider: polly, voice: Joanna, engine: neural }',
  'stt transcribe': '{ provider: transcribe, stability: high }',
  'llm openai-compatible': '{ provider: openai-compatible, profile: ollama, model: llama3.2 }',
  'stt openai-compatible':
    '{ provider: openai-compatible, profile: speaches, model: Systran/faster-whisper-small }',
  'tts openai-compatible': '{ provider: openai-compatible, profile: kokoro, model: kokoro, voice: af_heart }',
  'llm ai-sdk': "{ provider: ai-sdk, module: '@ai-sdk/mistral', model: mistral-small-latest }",
  'stt sherpa': '{ provider: sherpa, model: zipformer-en }',
  'realtime openai-compatible': '{ provider: openai-compatible, model: m, pcmu: false }',
}

/** What people should know of one. */
const notes = {
  deepgram:
    'Models called `flux-…` are spoken to as Flux, all others as `/v1`. The gateway tells where speech ends, so `endpointingMs: false` saves finals nobody needs. A voice is a model here.',
  openai:
    'Answers come over warm sockets of the Responses API (`api: responses-socket`). Voices speak through Realtime; `transport: speech` is the endpoint that OpenAI ends in January 2027, and file transcription by `whisper-1` and the `gpt-4o` models ends in February 2027: a gateway that starts with them says so.',
  anthropic: 'The version of the API is pinned. Instructions and tools are cached by the vendor (`cache`).',
  cartesia: 'One socket carries many contexts; a context goes on over the clauses of a reply.',
  elevenlabs: '`transport: http` for models without a socket.',
  google:
    'A service account (`GOOGLE_APPLICATION_CREDENTIALS`, `GOOGLE_CLOUD_PROJECT`) goes before an API key. Speech comes whole, not streamed. [Cloud speech](cloud-speech.md)',
  polly:
    'Needs `npm install @aws-sdk/client-polly`. Account and region as the SDK of AWS finds them, or from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_REGION`.',
  transcribe: 'Needs `npm install @aws-sdk/client-transcribe-streaming`; account and region as for `polly`.',
  'openai-compatible':
    'Ollama, vLLM, llama.cpp, speaches, whisper.cpp, Kokoro and whatever imitates OpenAI; `profile` says which. A server that has no key takes none.',
  'ai-sdk': 'Needs `npm install ai` and the package of the provider that `module` names.',
  sherpa:
    'A recogniser for free speech on this machine. Needs `npm install sherpa-onnx` and a model: `parley models pull`. [Local recogniser](local-recogniser.md)',
}

export async function providerPage(load) {
  const { vendors } = await load('packages/providers/dist/index.js')
  const { agentSlots, parseAgent } = await load('packages/engines/dist/index.js')
  const { createProviderCatalogue } = await load('packages/server/dist/gateway/provider-catalogue.js')
  const { resolveConfig } = await load('packages/server/dist/config/resolve.js')
  const { z } = await import('zod')
  const { config } = resolveConfig(new Map())
  const catalogue = createProviderCatalogue(vendors, config)

  function entryFor(slot, name) {
    const own = entries[`${slot} ${name}`]
    if (own !== undefined) return own
    const options = Object.entries(catalogue.defaults(slot, name, 'en')).map(
      ([key, value]) => `, ${key}: ${flow(value)}`,
    )
    return `{ provider: ${name}${options.join('')} }`
  }

  function section(vendor) {
    const { name, title, key, baseUrl } = vendor
    const slots = agentSlots.filter(slot => vendor[slot] !== undefined)
    const lineOf = slot => `${slot}: ${entryFor(slot, name)}`
    const lines = slots.map(lineOf)
    const together = slots.filter(slot => !alone.includes(slot))
    const brain = slots.includes('llm') ? [] : ['llm: { provider: openai-compatible, model: m }']
    const agents = [
      ...(together.length === 0 ? [] : [[...brain, ...together.map(lineOf)]]),
      ...slots.filter(slot => alone.includes(slot)).map(slot => [lineOf(slot)]),
    ]
    // Throws, with line and cure, if an entry shown here is none.
    for (const agent of agents)
      parseAgent(
        `agent: a\nlanguage: en\ngreeting: Hi.\ninstructions: x\n${agent.join('\n')}\n`,
        name,
        catalogue,
      )
    const facts = [
      key === undefined
        ? 'no key of its own'
        : `key ${code(key.env)}${key.required ? '' : ' (not always needed)'}`,
      ...(baseUrl === undefined ? [] : [`address ${code(baseUrl.env)}`]),
    ]
    const note = notes[name] === undefined ? '' : `\n${notes[name]}\n`
    const tables = slots.map(slot => table(slotNames[slot], vendor[slot].options, z)).join('\n')
    return `## ${title}\n\n${code(name)}: ${facts.join(', ')}.\n${note}\n\`\`\`yaml\n${lines.join('\n')}\n\`\`\`\n\n${tables}`
  }

  return `# Providers

What an agent hears (\`stt\`), thinks (\`llm\`) and speaks (\`tts\`) with, or what does all of
it (\`realtime\`, \`live\`). Each entry of an agent's list names a provider and its options; see [agents](agents.md). Keys and addresses are [settings](configuration.md): several keys of one vendor,
separated by commas or numbered, are used as a pool, and a key that is limited rests while the others serve.

\`\`\`bash
npx parley providers
npx parley doctor
npx parley models list
\`\`\`

The first lists this page's providers with what is missing here, the second asks each vendor that has a key once, the
third shows models of local recognisers. Models and voices that an entry leaves out come from \`OPENAI_MODEL\`,
\`ANTHROPIC_MODEL\`, \`CARTESIA_VOICE_ID\`, \`ELEVENLABS_VOICE_ID\`, or the file of defaults, \`agents/defaults.yaml\` unless
\`PARLEY_DEFAULTS\` names another. An unknown option is an error with its line and the nearest name.

This page is made from the registry in \`packages/providers/src/vendors.ts\` by \`node scripts/generate-docs.mjs\`.

## On this machine

\`embedded\` needs nothing: the recogniser hears a closed grammar in English, a script's phrases (\`script\` names the file;
an agent that is a script brings its own), and voices speak English (flite) and, where the optional package is there,
Spanish and many more (espeak-ng). \`scripted\` is the [scripted agent](scripted-agent.md) as a model, for the hours in
which no other answers.

\`\`\`yaml
stt: { provider: embedded, script: front-desk.en.yaml }
llm: { provider: scripted, script: front-desk.en.yaml }
tts: embedded
\`\`\`

${vendors.map(section).join('\n')}
## A new vendor

A folder in \`packages/providers/src\` with a file for each slot, one line in \`vendors.ts\`, and rows for its key and
address in \`packages/server/src/config/vendor-settings.ts\`; the conformance suites say what an adapter must do, and this
page writes itself. See [architecture](architecture.md#vendors-and-what-stands-around-them).
`
}

function table(title, shape, z) {
  const schema = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })
  const shapes = schema.anyOf ?? schema.oneOf ?? [schema]
  return shapes.map((each, index) => oneTable(index === 0 ? title : `${title}, another way`, each)).join('\n')
}

function oneTable(title, { properties = {}, required = [] }) {
  const rows = Object.entries(properties).map(([name, property]) => {
    const standard = required.includes(name)
      ? 'needed'
      : property.default === undefined
        ? ''
        : code(JSON.stringify(property.default))
    return `| ${code(name)} | ${cell(kindOf(property))} | ${standard} |`
  })
  return `${title}:\n\n| Option | Is | Without it |\n|---|---|---|\n${rows.join('\n')}\n`
}

/** A value of YAML on one line. */
function flow(value) {
  if (typeof value !== 'object') return String(value)
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${key}: ${flow(each)}`)
    .join(', ')} }`
}

function kindOf(property) {
  if (property.enum) return property.enum.map(each => code(each)).join(', ')
  if (property.const !== undefined) return code(property.const)
  const choices = property.anyOf ?? property.oneOf
  if (choices) return [...new Set(choices.map(kindOf))].join(', ')
  if (property.type === 'integer' || property.type === 'number') return `number${rangeOf(property)}`
  if (property.type === 'boolean') return 'true or false'
  if (property.type === 'array') return `list of ${property.items?.enum ? kindOf(property.items) : 'texts'}`
  if (property.type === 'object') return 'mapping'
  return property.type === 'string' ? 'text' : 'any'
}

function rangeOf({ minimum, maximum, exclusiveMinimum }) {
  const least = minimum ?? (exclusiveMinimum === 0 ? 'above 0' : undefined)
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (most !== undefined && least !== undefined) return `, ${least}–${most}`
  if (most !== undefined) return `, at most ${most}`
  return least === undefined || least === -Number.MAX_SAFE_INTEGER
    ? ''
    : `, ${least === 'above 0' ? least : `at least ${least}`}`
}
