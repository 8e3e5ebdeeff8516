// A page without a build: the assistant comes from the gateway, by the script before this one.
const at = id => document.getElementById(id)
const assistant = window.SandraRealtime
let agentLine

function show(problem = '') {
  const { callActive, socket } = assistant.getStatus()
  at('state').textContent =
    problem || (callActive ? 'En llamada' : socket.connected ? 'Conectado' : 'Sin conexión')
  at('talk').textContent = callActive ? 'Terminar' : 'Hablar'
  for (const id of ['message', 'send']) at(id).disabled = !callActive
}

function line(who, text) {
  const item = document.createElement('li')
  item.className = who
  item.textContent = text
  at('lines').append(item)
  return item
}

async function run(action) {
  try {
    await action()
    show()
  } catch (error) {
    show(`No se pudo: ${error.message}`)
  }
}

if (assistant === undefined) {
  at('state').textContent = 'No se alcanza la pasarela.'
  at('talk').disabled = true
} else {
  assistant.on('status-changed', () => show())
  assistant.on('failed', error => show(`No se pudo: ${error.message}`))
  assistant.on('transcript', ({ text }) => line('caller', text))
  assistant.on('words', ({ text, reply }) => {
    if (agentLine?.dataset.reply !== reply) {
      agentLine = line('agent', '')
      agentLine.dataset.reply = reply
    }
    agentLine.textContent += text
  })
  // Microphone and sound need the click, so nothing waits before them but the connection.
  at('talk').onclick = () =>
    run(async () => {
      if (assistant.getStatus().callActive) return assistant.endCall()
      await assistant.initialize()
      return assistant.startCall()
    })
  at('form').onsubmit = event => {
    event.preventDefault()
    const text = at('message').value.trim()
    at('message').value = ''
    if (text !== '') void run(() => assistant.sendMessage(text))
  }
}
