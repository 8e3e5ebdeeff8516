import type { HandsetServerMessage } from '@parley/protocol'
import type { Terminal } from '../cli/terminal.js'
import type { PhoneBook } from './phone-book.js'

const METER_CELLS = 16
/** Levels from here up to full scale fill the meter. */
const FLOOR_DBFS = -60
/** A buffer that fills its bar, ms. */
const FULL_BUFFER_MS = 400

/** Shows a handset's calls as they go: a line for what happens, and on a terminal one that moves with the sound. */
export function createPhonePrinter(
  terminal: Terminal,
): (message: HandsetServerMessage, book: PhoneBook) => void {
  const { paint, interactive } = terminal
  let moving = false

  function line(text: string): void {
    if (moving) terminal.write('\r\u001b[K')
    moving = false
    terminal.print(text)
  }

  const at = (ms: number) => paint.faint(`${(ms / 1000).toFixed(2).padStart(7)} s `)

  return (message, book) => {
    switch (message.type) {
      case 'ready': {
        const numbers = message.gatewayNumbers.join(', ')
        line(
          paint.faint(
            `this telephone is ${message.number}; the gateway answers at ${numbers || 'no number'}`,
          ),
        )
        return
      }
      case 'ringing':
        return line(
          `${paint.heading('ringing')}  ${message.from} calls${interactive ? ' (a answers, h refuses)' : ''}`,
        )
      case 'dialling':
        return line(`dialling ${message.to} …`)
      case 'connected':
        return line(
          `${at(message.atMs)}${paint.good('connected')}${interactive ? paint.faint('  h hangs up; digits, * and # are keys') : ''}`,
        )
      case 'stream':
        return line(
          `${at(message.atMs)}${paint.faint(message.on ? 'media stream open' : 'media stream closed')}`,
        )
      case 'mark':
        return line(`${at(message.atMs)}${paint.faint(`mark   ${message.name}`)}`)
      case 'clear':
        return line(`${at(message.atMs)}${paint.warning(`clear  ${message.droppedMs} ms were never heard`)}`)
      case 'digits':
        return line(`${at(message.atMs)}key    ${message.digits}`)
      case 'over':
        return line(overLine(message, book))
      case 'error':
        return line(paint.error(`error  ${message.message}`))
      case 'line':
        if (!interactive) return
        moving = true
        terminal.write(`\r\u001b[K${at(message.atMs)}${meters(message)}`)
        return
      default:
        return message satisfies never
    }
  }

  function overLine(
    { status, atMs, call }: HandsetServerMessage & { type: 'over' },
    book: PhoneBook,
  ): string {
    const record = book.records.find(each => each.call === call)
    const words = `over: ${status}`
    const shown = status === 'completed' ? paint.good(words) : paint.warning(words)
    if (record === undefined || !record.connected) return `${at(atMs)}${shown}`
    const { heardMs, firstHeardMs, marks, clearedMs, mostBufferedMs } = record
    const first =
      firstHeardMs === undefined ? 'nothing was heard' : `first heard after ${Math.round(firstHeardMs)} ms`
    const facts = `${first}, ${(heardMs / 1000).toFixed(1)} s heard, ${marks} marks, ${clearedMs.length} clears, buffer up to ${mostBufferedMs} ms`
    return `${at(atMs)}${shown} ${paint.faint(`(${facts})`)}`
  }

  function meters({ heardDbfs, spokenDbfs, bufferedMs }: HandsetServerMessage & { type: 'line' }): string {
    const buffer = bar(bufferedMs / FULL_BUFFER_MS, 8)
    return `ear ${bar(1 - heardDbfs / FLOOR_DBFS, METER_CELLS)}  mouth ${bar(1 - spokenDbfs / FLOOR_DBFS, METER_CELLS)}  buffer ${buffer} ${bufferedMs} ms`
  }
}

function bar(share: number, cells: number): string {
  const filled = Math.round(Math.max(0, Math.min(1, share)) * cells)
  return '█'.repeat(filled) + '·'.repeat(cells - filled)
}
