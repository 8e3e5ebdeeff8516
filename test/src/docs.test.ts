/** What the documents tell people to type is typed, and what they say comes of it has to come of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { commandsOf, deadLinks, documents } from './support/documents.js'
import { root } from './support/parley-process.js'
import { temporaryFolder } from './support/temporary-folder.js'

const folder = temporaryFolder()
const logs = join(folder, 'logs')
const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR']
const bare = Object.fromEntries(
  kept.flatMap(name => (process.env[name] ? [[name, process.env[name] ?? '']] : [])),
)
const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
).scripts

/** Settings in front of a command, as shells take them. */
const settings = '(?:[A-Z_]+=\\S+ )*'

interface Runner {
  readonly matches: RegExp
  /** What stdout must hold when it is run against the gateway of this test. */
  readonly prints?: RegExp
  /** Who runs it where this test cannot: it would install, build or test what is running at the moment. */
  readonly coveredBy?: string
}

const runners: readonly Runner[] = [
  { matches: /^git clone /, coveredBy: 'the checkout this runs in' },
  { matches: /^cd \S+$/, coveredBy: 'the folder this runs in' },
  { matches: /^npm (ci|install)$/, coveredBy: 'scripts/test.mjs, which every run of the tests begins with' },
  { matches: /^npm run (build|check)$/, coveredBy: 'scripts/test.mjs' },
  { matches: /^npm test$/, coveredBy: 'whoever runs this' },
  { matches: /^npm run demo( -- .*)?$/, coveredBy: 'demo.test.ts, after the steps of scripts/test.mjs' },
  {
    matches: new RegExp(`^${settings}(npm start|(npx )?parley start)$`),
    coveredBy: 'the gateway of this test, which it starts',
  },
  { matches: /^npx tsc -b bench && node bench\//, coveredBy: 'the build; figures are measured by hand' },
  { matches: /^node bench\/dist\/\S+\.js/, coveredBy: 'the build; figures are measured by hand' },
  { matches: new RegExp(`^${settings}npx parley doctor$`), prints: /ok\s+node/ },
  { matches: /^npx parley talk \S+\.wav( --json)?$/, prints: /information about your last call/ },
  { matches: /^npx parley talk --text ".*" --language es$/, prints: /de nueve a seis/ },
  { matches: /^npx parley talk --text ".*"$/, prints: /\w/ },
  { matches: new RegExp(`^${settings}npx parley config check$`), prints: /PORT|port/ },
  { matches: /^npx parley replay \S+( --json)?$/, prints: /The same: |"same":true/ },
  { matches: /^npx parley agent check \S+$/, prints: /\w/ },
  { matches: /^npx parley providers$/, prints: /deepgram\s+stt/ },
  { matches: /^npx parley models list$/, prints: /\w/ },
  { matches: /^(npx )?parley models pull \S+( --unpinned)?$/, coveredBy: 'models.test.ts of the providers' },
  { matches: /^parley models list$/, coveredBy: 'the same line with npx' },
  { matches: /^npm install (sherpa-onnx|ai|@\S+)$/, coveredBy: 'whoever wants the optional package' },
  {
    matches: /^npx parley phone --call \S+ --wav \S+ --once$/,
    prints: /over: completed/,
  },
  { matches: /^parley campaign import \S+ .*$/, coveredBy: 'import-file.test.ts of the server' },
  { matches: /^parley (start|phone)( --call \S+)?$/, coveredBy: 'the same line with npx, and phone.test.ts' },
  { matches: /^npm run test:call-flow http:\S+$/, prints: /✓ The lead is updated/ },
  { matches: /^npm run test:prosody http:\S+$/, prints: /All prosody tests passed/ },
  { matches: /^npm run test:websocket ws:\S+$/, prints: /✓/ },
  { matches: /^node test-voice-client\.js ws:\S+$/, prints: /✓ From the end of speech/ },
  {
    matches: /^npm run test:(call-flow|websocket) \[/,
    coveredBy: 'the same with an address, and phone.test.ts',
  },
  {
    matches: /^(npm run websocket-server|bash scripts\/start-websocket-dev\.sh)$/,
    coveredBy: 'the gateway of this test',
  },
  { matches: /^npx parley sim\b/, coveredBy: 'sim-command.test.ts' },
  { matches: /^npx parley db migrate$/, prints: /\w/ },
  {
    matches: new RegExp(`^${settings}npx parley token create .*$`),
    prints: /^[\w-]+\.[\w-]+\.[\w-]+\s*$/,
  },
  { matches: /^curl .*\/health$/, prints: /"status":"ok"/ },
  { matches: /^curl .*\/ready$/, prints: /"status":"/ },
  { matches: /^curl .*\/metrics( \| .*)?$/, prints: /parley_/ },
  {
    matches: /^npm run bench:turns\b/,
    coveredBy: 'bench/src/turns/*.test.ts; the score itself takes minutes and a quiet machine',
  },
  {
    matches: /^curl .*\/api\/tts\/synthesize -H .*$/,
    prints: /^\{"audio":"UklGR[\w+/=]+","format":"LINEAR16","sampleRate":16000\}$/,
  },
  { matches: /^curl .*\/api\/tts\/voices$/, prints: /"name":"flite"/ },
  { matches: /^curl .*\/api\/sessions\S*$/, prints: /"sessions":\[/ },
  { matches: /^curl .*\/openapi\.json$/, prints: /"openapi":"3/ },
]

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** What npm puts in the path of a script: `npx` starts a whole npm to look there. */
const path = `${join(root, 'node_modules/.bin')}:${bare.PATH}`
const npx = 'npx() { env "$@"; }'

/** Runs a line as a shell would, in the checkout. */
function shell(line: string, env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', line], { cwd: root, env: { ...bare, ...env } })
    let out = ''
    let err = ''
    child.stdout.on('data', data => {
      out += data
    })
    child.stderr.on('data', data => {
      err += data
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code, out, err }))
  })
}

/** `npm start`, as the README says it; ends with its process group, because npm stands between. */
async function npmStart(): Promise<{ readonly child: ChildProcess; readonly port: string }> {
  const env = { ...bare, PORT: '0', PARLEY_DATA_DIR: join(folder, 'data'), PARLEY_SESSION_LOG: logs }
  const child = spawn('npm', ['start'], { cwd: root, env, detached: true })
  let printed = ''
  const port = await new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      printed += data.toString()
      const found = /listens on http:\/\/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', code => reject(new Error(`npm start ended with ${code}:\n${printed}`)))
  })
  return { child, port }
}

const commands = documents().flatMap(document =>
  commandsOf(document).map(command => ({ path: document.path, command })),
)
const runnerOf = (command: string) => runners.find(({ matches }) => matches.test(command))
/** What several pages say is typed once, in the order of the pages. */
const runnable = [...new Set(commands.map(({ command }) => command))]
  .filter(command => runnerOf(command)?.prints !== undefined)
  .map(command => ({
    command,
    pages: commands.flatMap(said => (said.command === command ? [said.path] : [])).join(', '),
  }))
const groupOf = ({ command }: { readonly command: string }) =>
  /parley replay/.test(command)
    ? 'afterwards'
    : /parley (talk|phone)|test:call-flow|test-voice-client/.test(command)
      ? 'conversation'
      : 'other'
const typed = (group: ReturnType<typeof groupOf>) => runnable.filter(line => groupOf(line) === group)

describe('the documents', { timeout: 60_000 }, () => {
  let gateway: Awaited<ReturnType<typeof npmStart>>
  let url: string

  beforeAll(async () => {
    gateway = await npmStart()
    url = `http://127.0.0.1:${gateway.port}`
  })

  afterAll(async () => {
    const { child } = gateway
    const ended = new Promise(resolve => child.once('exit', resolve))
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    await ended
  })

  it('tell people to type nothing that no test knows', () => {
    expect(commands.length).toBeGreaterThan(10)
    const unknown = commands
      .filter(({ command }) => runnerOf(command) === undefined)
      .map(({ path, command }) => `${path} says \`${command}\`; add a runner for it to test/src/docs.test.ts`)
    expect(unknown).toEqual([])
  })

  it('call the command by npx, which finds it', async () => {
    expect(await shell('npx parley --version', {})).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d/),
    })
  })

  it('name npm scripts that exist', () => {
    const named = commands.flatMap(({ command }) => /^npm (?:run )?([\w:-]+)/.exec(command)?.[1] ?? [])
    const missing = named.filter(name => !['ci', 'install'].includes(name) && !(name in scripts))
    expect(missing).toEqual([])
  })

  async function works({ command }: { readonly command: string }): Promise<void> {
    const here = command
      .replaceAll(/(127\.0\.0\.1|localhost):3000/g, `127.0.0.1:${gateway.port}`)
      .replaceAll('.parley/logs', logs)
    const apart = /parley (doctor|config|db|agent|token|providers|models)/.test(command)
    const env: Record<string, string> = apart
      ? { PORT: '0', PARLEY_DATA_DIR: join(folder, 'apart') }
      : { PORT: gateway.port }
    const { code, out, err } = await shell(`${npx}; ${here}`, { ...env, PATH: path })
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(runnerOf(command)?.prints ?? /never/)
  }

  // Conversations are held in real time, one after the other; what needs none of them is typed meanwhile.
  describe.concurrent('hold the conversations they show', () => {
    // What is heard of a person depends on how busy the machine is.
    it.each(typed('conversation'))('$pages: $command', { concurrent: false, retry: 1 }, works)
  })
  describe.concurrent('name commands that work', () => {
    it.each(typed('other'))('$pages: $command', { concurrent: false }, works)
  })
  it.each(typed('afterwards'))('read of those conversations: $pages: $command', works)

  it('have no link that leads nowhere', () => {
    expect(documents().flatMap(page => deadLinks(page).map(link => `${page.path}: ${link}`))).toEqual([])
  })

  it.each(['generate-docs', 'generate-asyncapi'])('are as current as %s makes them', async name => {
    const { code, err } = await shell(`node scripts/${name}.mjs --check`, {})
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it('show a conversation over the voice socket that goes as they say', async () => {
    const page = readFileSync(join(root, 'docs/voice-socket.md'), 'utf8')
    const example = /\$ npx wscat -c ws:\/\/localhost:3000(\S+)\n([\s\S]*?)```/.exec(page)
    const [, path = '', text = ''] = example ?? []
    const lines = text.trim().split('\n')
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`)
    let arrived: (string | number)[] = []
    let wake = () => {}
    socket.on('message', (data: Buffer, binary) => {
      arrived.push(binary ? data.length : data.toString())
      wake()
    })
    const closed = new Promise<number>(resolve => socket.once('close', resolve))
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    /** What fits among all that came since the client last spoke: answers may overtake each other. */
    async function answer(fits: (message: string | number) => boolean): Promise<string | number> {
      for (;;) {
        const found = arrived.find(fits)
        if (found !== undefined) return found
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    }
    const keysOf = (json: string) => [...json.matchAll(/"(\w+)":/g)].map(([, key]) => key)
    for (const line of lines) {
      const said = line.slice(2)
      const bytes = Number(/^\(binary: (\d+) bytes/.exec(said)?.[1])
      const type = /"type":"([\w-]+)"/.exec(said)?.[1]
      if (line.startsWith('> ')) {
        arrived = []
        socket.send(said)
      } else if (type === undefined) expect(await answer(message => message === bytes)).toBe(bytes)
      else {
        const got = String(await answer(message => String(message).startsWith(`{"type":"${type}"`)))
        if (!said.endsWith(',…}')) expect(keysOf(got)).toEqual(keysOf(said))
      }
    }
    expect(lines.length).toBeGreaterThan(5)
    expect(await closed).toBe(1000)
  })

  it('show no picture that is not there', () => {
    for (const { path, text } of documents()) {
      for (const [, image = ''] of text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)) {
        expect(existsSync(join(root, path, '..', image)), `${path} shows ${image}`).toBe(true)
      }
    }
  })
})
