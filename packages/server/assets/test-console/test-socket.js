/** The test console of the Socket.IO edge: S3's buttons over the very scripts that pages load, and what comes of them. */
import { createLog } from './test-socket-log.js'
import { words } from './test-socket-words.js'

const PING_EVERY_MS = 2000
const MOST_LINES = 200

const at = id => document.getElementById(id)
const sandra = window.SandraRealtime
const log = createLog(at('events'), { showsAll: () => at('all').checked })
let language = (navigator.language ?? 'en').startsWith('es') ? 'es' : 'en'
/** What the person wants; what is there `getStatus` says. */
let wanted = false
let agentLine
let agentReply
let agentTurn

function show() {
  const text = words[language]
  document.documentElement.lang = language
  document.title = text.title
  for (const element of document.querySelectorAll('[data-text]'))
    element.textContent = text[element.dataset.text]
  if (sandra === undefined) return complain(text.notBuilt)
  const { socket, callActive, webrtc } = sandra.getStatus()
  const isUp = socket.connected && socket.authenticated
  const state = isUp ? 'connected' : wanted ? 'connecting' : 'disconnected'
  at('state').dataset.state = state
  at('state').textContent = callActive && isUp ? text.inCall : text[state]
  at('connect').textContent = wanted ? text.disconnect : text.connect
  at('connect').dataset.main = String(!wanted)
  at('start').disabled = !isUp || callActive
  for (const id of ['barge-in', 'end', 'message', 'send']) at(id).disabled = !isUp || !callActive
  for (const id of ['token', 'transport', 'chunk', 'microphone', 'webrtc']) at(id).disabled = wanted
  at('carrier').textContent = callActive ? (webrtc.connected ? 'WebRTC' : 'Socket.IO') : '–'
  at('latency').textContent = isUp && socket.latency !== null ? `${socket.latency.toFixed(1)} ms` : '–'
  at('mouth').hidden = !callActive
  showMetrics(text.metrics)
}

function showMetrics(names) {
  const figures = sandra.getMetrics()
  const rows = Object.entries(names).map(([key, name]) => {
    const row = document.createElement('div')
    const term = document.createElement('dt')
    const value = document.createElement('dd')
    term.textContent = name
    value.textContent = figures[key] === null ? '–' : String(Math.round(figures[key] * 10) / 10)
    row.append(term, value)
    return row
  })
  at('metrics').replaceChildren(...rows)
}

function complain(sentence) {
  at('problem').hidden = sentence === ''
  at('problem').textContent = sentence
}

/** Runs what a button asks for; a refusal stands above the page. */
async function run(action) {
  complain('')
  try {
    await action()
  } catch (error) {
    complain(words[language].failed + error.message)
  }
  show()
}

function line(who, text, before) {
  const item = document.createElement('li')
  item.className = who
  item.textContent = text
  at('talk').insertBefore(item, before ?? null)
  at('nothing').hidden = true
  while (at('talk').childElementCount > MOST_LINES) at('talk').firstElementChild.remove()
  item.scrollIntoView({ block: 'nearest' })
  return item
}

/** What was not heard of a line that was cut is struck through. */
function cut({ heard }) {
  if (agentLine === undefined || heard === null || heard.reply !== agentReply || heard.complete) return
  const said = agentLine.textContent
  const rest = document.createElement('del')
  const kept = said.startsWith(heard.text) ? heard.text : ''
  rest.textContent = said.slice(kept.length)
  agentLine.replaceChildren(kept, rest)
}

async function measure() {
  while (wanted) {
    const { socketClient } = sandra.assistant
    if (socketClient.authenticated) await socketClient.ping().catch(() => undefined)
    show()
    await new Promise(resolve => setTimeout(resolve, PING_EVERY_MS))
  }
}

function connect() {
  const transport = at('transport').value
  const token = at('token').value.trim()
  wanted = true
  show()
  void run(async () => {
    try {
      await sandra.initialize({
        language,
        avatar: true,
        face: { onFrame: ({ mouth }) => at('mouth').style.setProperty('--mouth', mouth.toFixed(2)) },
        transports: transport === 'both' ? ['websocket', 'polling'] : [transport],
        chunkSize: Number(at('chunk').value),
        microphone: at('microphone').checked ? 'optional' : false,
        webrtc: at('webrtc').checked,
        vadThreshold: Number(at('threshold').value),
        ...(token === '' ? {} : { token }),
      })
      void measure()
    } catch (error) {
      wanted = false
      throw error
    }
  })
}

function disconnect() {
  wanted = false
  sandra.assistant.close()
  show()
}

function showLevel(dbfs) {
  // −60 dBFS is an empty meter.
  at('level').style.setProperty('--level', Math.max(0, 1 + dbfs / 60).toFixed(3))
}

function showThreshold() {
  const threshold = Number(at('threshold').value)
  at('threshold-value').textContent = threshold.toFixed(3)
  at('mark').style.setProperty('--level', (1 + (20 * Math.log10(threshold)) / 60).toFixed(3))
}

if (sandra !== undefined) {
  sandra.on('status-changed', show)
  sandra.on('level', ({ dbfs }) => showLevel(dbfs))
  sandra.on('failed', error => complain(error.message))
  // It is told once it is stored, which the first words of the answer may overtake.
  sandra.on('transcript', ({ text, origin, turn }) => {
    if (origin === 'speech') line('you', text, turn === agentTurn ? agentLine : undefined)
  })
  sandra.on('words', ({ text, reply }) => {
    if (agentLine === undefined || reply !== agentReply) agentLine = line('agent', '')
    agentReply = reply
    agentLine.textContent += text
  })
  sandra.on('barge-in:ack', cut)
  sandra.on('call:ended', () => showLevel(-60))
  sandra.on('every', ({ name, payload }) => {
    log.add(name, payload)
    if (name === 'reply:started') {
      agentLine = undefined
      agentTurn = payload.turn
    }
    if (name === 'webrtc:unavailable') complain(words[language].noWay)
    if (name === 'error' || name === 'warning') complain(payload.message)
    if (name === 'disconnect' && wanted && !sandra.assistant.socketClient.config.reconnection)
      complain(words[language].failed + payload.reason)
    if (name === 'authenticated') complain('')
    if (name === 'connect_error') complain(words[language].failed + payload.message)
    if (name === 'reconnect_failed') {
      wanted = false
      complain(words[language].failed + payload.message)
      show()
    }
  })
}

at('connect').addEventListener('click', () => (wanted ? disconnect() : connect()))
at('start').addEventListener('click', () => void run(() => sandra.startCall()))
at('barge-in').addEventListener('click', () => void run(() => sandra.bargeIn()))
at('end').addEventListener('click', () => void run(() => sandra.endCall()))
at('form').addEventListener('submit', event => {
  event.preventDefault()
  const text = at('message').value.trim()
  if (text === '') return
  at('message').value = ''
  line('you', text)
  void run(() => sandra.sendMessage(text))
})
at('threshold').addEventListener('input', () => {
  showThreshold()
  sandra?.assistant.vadHandler.setThreshold(Number(at('threshold').value))
})
at('copy').addEventListener('click', async () => {
  await navigator.clipboard.writeText(log.text())
  at('copy').textContent = words[language].copied
})
at('language').addEventListener('change', () => {
  language = at('language').value
  show()
})
// It scrolls, so the keyboard has to reach it.
at('log-frame').tabIndex = 0
at('language').value = language
at('connect').disabled = sandra === undefined
showThreshold()
show()
