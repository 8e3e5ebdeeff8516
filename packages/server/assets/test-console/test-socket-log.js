/** The events of the gateway as lines: when, what, and the fields that matter. Bounded: the oldest go first. */
const MOST = 300
/** Come many times a second, or say nothing by themselves. */
const frequent = new Set(['prosody', 'visemes', 'latency', 'pong', 'transcript:partial', 'reply:words'])
const LONGEST = 140
/** Who follows a thing by its name has it in the copy. */
const unnamed = new Set(['atMs', 'session', 'sessionId', 'turn', 'reply', 'version'])

export function createLog(list, { showsAll }) {
  const beganMs = performance.now()
  const lines = []

  function add(name, payload) {
    const atMs = Math.round(performance.now() - beganMs)
    lines.push({ atMs, name, payload })
    if (lines.length > MOST) lines.shift()
    if (frequent.has(name) && !showsAll()) return
    const item = document.createElement('li')
    for (const [part, text] of [
      ['time', `${(atMs / 1000).toFixed(2)} s`],
      ['code', name],
      ['span', fieldsOf(payload)],
    ]) {
      const element = document.createElement(part)
      element.textContent = text
      item.append(element)
    }
    list.append(item)
    while (list.childElementCount > MOST) list.firstElementChild.remove()
    // Whoever reads further up is left there.
    const frame = list.parentElement
    if (frame.scrollHeight - frame.scrollTop - frame.clientHeight < 160) frame.scrollTop = frame.scrollHeight
  }

  return { add, text: () => lines.map(line => JSON.stringify(line)).join('\n') }
}

function fieldsOf(payload) {
  if (payload === null || typeof payload !== 'object') return payload === undefined ? '' : String(payload)
  const text = Object.entries(payload)
    .filter(([name]) => !unnamed.has(name))
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
