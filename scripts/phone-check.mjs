// What the phone scripts share: lines with a mark, waits that end, sockets that can be read in order.
import { WebSocket } from 'ws'

const colours = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)

/** Runs steps one after the other: a line each; the exit code tells whether one failed. */
export function createSteps() {
  let failed = 0
  return {
    async step(name, run) {
      try {
        const fact = await run()
        console.log(`${paint(32, '✓')} ${name}${fact ? paint(2, ` (${fact})`) : ''}`)
        return true
      } catch (error) {
        failed += 1
        console.log(`${paint(31, '✗')} ${name}: ${error instanceof Error ? error.message : String(error)}`)
        return false
      }
    },
    get failed() {
      return failed
    },
  }
}

/** Rejects with the sentence where the promise takes longer. */
export async function within(ms, promise, sentence) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A socket with what came over it. @throws Error that says what to look at where it cannot be had */
export async function openSocket(url, options = {}) {
  const { protocols = [], startBy = 'npm run websocket-server', ...rest } = options
  const socket = new WebSocket(url, protocols, {
    perMessageDeflate: false,
    handshakeTimeout: 10_000,
    ...rest,
  })
  const watchers = new Set()
  const opened = {
    socket,
    messages: [],
    audio: [],
    closed: undefined,
    until,
    send: message => socket.send(JSON.stringify(message)),
  }
  const look = () => {
    for (const watcher of [...watchers]) watcher()
  }
  socket.on('message', (data, isBinary) => {
    if (isBinary) opened.audio.push(data)
    else opened.messages.push(JSON.parse(String(data)))
    look()
  })
  socket.on('close', (code, reason) => {
    opened.closed = { code, reason: String(reason) }
    look()
  })

  /** Resolves with what `found` gives once it is truthy. */
  function until(ms, found, sentence) {
    let watcher
    const seen = new Promise(resolve => {
      watcher = () => {
        const value = found(opened)
        if (value) resolve(value)
      }
      watchers.add(watcher)
      watcher()
    })
    return within(ms, seen, sentence).finally(() => watchers.delete(watcher))
  }

  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', cause => reject(new Error(whyNot(url, cause, startBy))))
    socket.once('unexpected-response', async (_request, response) => {
      const why = await sentenceOf(response)
      reject(new Error(`${url} answered ${response.statusCode} instead of opening a socket${why}`))
      socket.terminate()
    })
  })
  socket.on('error', () => {})
  return opened
}

/** What a gateway says in its refusal. */
async function sentenceOf(response) {
  try {
    let body = ''
    for await (const part of response) body = `${body}${part}`.slice(0, 4_000)
    return `: ${JSON.parse(body).error.message}`
  } catch {
    return ''
  }
}

function whyNot(url, cause, startBy) {
  if (cause.code === 'ECONNREFUSED') return `nobody listens at ${url}; start one with \`${startBy}\``
  if (/timed out/.test(cause.message))
    return `${url} did not answer within 10 s; check the address and the firewall`
  return `${url}: ${cause.message || cause.code}`
}
