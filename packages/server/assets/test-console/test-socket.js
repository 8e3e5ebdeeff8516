/** The test console of the Socket.IO edge: four buttons, a line to type, and what the gateway answers. */
import { createSound } from './test-socket-sound.js'

const words = {
  en: {
    title: 'Socket.IO test console',
    language: 'Language',
    latency: 'Latency',
    connect: 'Connect',
    disconnect: 'Disconnect',
    start: 'Start Call',
    bargeIn: 'Trigger Barge-In',
    end: 'End Call',
    message: 'Message',
    events: 'Events',
    token: 'Token (if the gateway asks for one)',
    transport: 'Transport',
    connected: 'Connected',
    disconnected: 'Disconnected',
    connecting: 'Connecting…',
    inCall: 'Connected, in a call',
    failed: 'Connection error: ',
    refused: 'Refused: ',
  },
  es: {
    title: 'Consola de pruebas de Socket.IO',
    language: 'Idioma',
    latency: 'Latencia',
    connect: 'Conectar',
    disconnect: 'Desconectar',
    start: 'Iniciar llamada',
    bargeIn: 'Interrumpir',
    end: 'Terminar llamada',
    message: 'Mensaje',
    events: 'Eventos',
    token: 'Token (si la pasarela lo pide)',
    transport: 'Transporte',
    connected: 'Conectado',
    disconnected: 'Desconectado',
    connecting: 'Conectando…',
    inCall: 'Conectado, en llamada',
    failed: 'Error de conexión: ',
    refused: 'Rechazado: ',
  },
}
const PING_EVERY_MS = 2000
const MAX_LINES = 200

const at = id => document.getElementById(id)
const sound = createSound()
let language = (navigator.language ?? 'en').startsWith('es') ? 'es' : 'en'
let socket
let inCall = false
let agentLine

function show() {
  const text = words[language]
  document.documentElement.lang = language
  document.title = text.title
  for (const element of document.querySelectorAll('[data-text]'))
    element.textContent = text[element.dataset.text]
  const isUp = socket?.connected === true
  const state = isUp ? 'connected' : socket?.active ? 'connecting' : 'disconnected'
  at('state').dataset.state = state
  at('state').textContent = inCall && isUp ? text.inCall : text[state]
  at('connect').textContent = socket === undefined ? text.connect : text.disconnect
  at('start').disabled = !isUp || inCall
  for (const id of ['barge-in', 'end', 'message']) at(id).disabled = !isUp || !inCall
  if (!isUp) at('latency').textContent = '–'
}

function complain(sentence) {
  at('problem').hidden = sentence === ''
  at('problem').textContent = sentence
}

function note(line) {
  const lines = at('events').textContent.split('\n').slice(-MAX_LINES)
  at('events').textContent = [...lines, line.slice(0, 400)].join('\n')
}

function line(who, text) {
  const item = document.createElement('li')
  item.className = who
  item.textContent = text
  at('talk').append(item)
  while (at('talk').childElementCount > MAX_LINES) at('talk').firstElementChild.remove()
  item.scrollIntoView({ block: 'nearest' })
  return item
}

/** Emits and shows a refusal; resolves with the answer. */
async function ask(event, ...values) {
  try {
    const answer = await socket.timeout(10000).emitWithAck(event, ...values)
    complain(answer.ok ? '' : words[language].refused + answer.message)
    return answer
  } catch (error) {
    complain(words[language].failed + error.message)
    return { ok: false }
  }
}

async function measure(mine) {
  while (mine === socket) {
    if (mine.connected) {
      const before = performance.now()
      const answer = await mine
        .timeout(5000)
        .emitWithAck('ping')
        .catch(() => undefined)
      if (answer?.ok && mine === socket)
        at('latency').textContent = `${(performance.now() - before).toFixed(1)} ms`
    }
    await new Promise(resolve => setTimeout(resolve, PING_EVERY_MS))
  }
}

function connect() {
  const chosen = at('transport').value
  const token = at('token').value.trim()
  const path = new URL('socket.io/', document.baseURI).pathname
  const mine = io(location.origin, {
    path,
    transports: chosen === 'both' ? ['websocket', 'polling'] : [chosen],
    reconnectionAttempts: 5,
  })
  socket = mine
  let sessionId
  mine.on('connect', async () => {
    show()
    const answer = await ask('authenticate', {
      ...(token === '' ? {} : { token }),
      ...(sessionId === undefined ? {} : { sessionId }),
    })
    if (answer.ok) sessionId = answer.sessionId
    show()
  })
  mine.on('connect_error', error => {
    complain(words[language].failed + error.message)
    show()
  })
  mine.on('disconnect', reason => {
    inCall = false
    sound.stop()
    if (reason !== 'io client disconnect') complain(words[language].failed + reason)
    show()
  })
  mine.on('call:started', ({ output }) => {
    inCall = true
    sound.useRate(output.sampleRate)
    show()
  })
  mine.on('call:ended', () => {
    inCall = false
    sound.stop()
    show()
  })
  mine.on('audio:chunk', bytes => sound.play(bytes))
  mine.on('audio:clear', () => sound.stop())
  mine.on('barge-in:ack', () => {
    sound.stop()
    agentLine?.classList.add('cut')
  })
  mine.on('transcript:final', ({ text, origin }) => {
    if (origin === 'speech') line('you', text)
  })
  mine.on('reply:started', () => {
    agentLine = undefined
  })
  mine.on('reply:words', ({ text }) => {
    agentLine ??= line('agent', '')
    agentLine.textContent += text
  })
  mine.on('error', ({ message }) => complain(words[language].refused + message))
  mine.onAny((event, payload) => {
    if (event === 'audio:chunk' || event === 'pong') return
    note(`${event} ${JSON.stringify(payload) ?? ''}`)
  })
  void measure(mine)
}

at('connect').addEventListener('click', () => {
  sound.wake()
  complain('')
  if (socket === undefined) connect()
  else {
    const old = socket
    socket = undefined
    inCall = false
    old.disconnect()
  }
  show()
})
at('start').addEventListener('click', () => {
  sound.wake()
  void ask('call:start', { language })
})
at('barge-in').addEventListener('click', () => {
  sound.stop()
  void ask('barge-in')
})
at('end').addEventListener('click', () => void ask('call:end'))
at('form').addEventListener('submit', event => {
  event.preventDefault()
  sound.wake()
  const text = at('message').value.trim()
  if (text === '' || !inCall) return
  at('message').value = ''
  line('you', text)
  void ask('message', { text })
})
at('language').addEventListener('change', () => {
  language = at('language').value
  show()
})
at('language').value = language
show()
