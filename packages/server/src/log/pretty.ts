import pc from 'picocolors'

/** One JSON log line as a line for people: time, level, message, then what else it carries. */

const levels: Readonly<Record<number, readonly [string, (text: string) => string]>> = {
  10: ['trace', pc.dim],
  20: ['debug', pc.dim],
  30: ['info ', pc.cyan],
  40: ['warn ', pc.yellow],
  50: ['error', pc.red],
  60: ['fatal', pc.red],
}

export function prettyLine(json: string): string {
  let line: Record<string, unknown>
  try {
    line = JSON.parse(json)
  } catch {
    return json
  }
  const { level, time, msg, err, pid: _pid, hostname: _hostname, ...rest } = line
  const [name, colour] = levels[Number(level)] ?? ['     ', pc.dim]
  const clock = pc.dim(new Date(Number(time)).toTimeString().slice(0, 8))
  const facts = Object.entries(rest).map(([key, value]) => pc.dim(`${key}=${plain(value)}`))
  return [clock, colour(name), msg, ...facts, ...fault(err)].filter(part => part !== undefined).join(' ')
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function fault(err: unknown): string[] {
  if (typeof err !== 'object' || err === null) return []
  if ('stack' in err) return [`\n${String(err.stack)}`]
  return 'message' in err ? [pc.dim(`(${String(err.message)})`)] : []
}
