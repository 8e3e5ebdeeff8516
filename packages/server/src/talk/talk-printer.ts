import type { ServerMessage, ServerMessageOf } from '@parley/protocol'
import type { Terminal } from '../cli/terminal.js'
import { waterfall } from './waterfall.js'

const outcomes = {
  hold: 'you speak into it: silent until it is clear',
  claim: 'you take the floor',
  pass: 'you spoke into it: it goes on',
} as const

function overlapLine({ ruling, afterOnsetMs, reasons }: ServerMessageOf<'judged'>): string {
  const why = reasons.map(({ kind, value, text }) => [kind, text ?? value].filter(part => part !== undefined))
  return `${outcomes[ruling]}, after ${afterOnsetMs.toFixed(0)} ms (${why.map(part => part.join(' ')).join(', ')})`
}

/** Prints a conversation as it happens: transcript line by line, partials in place on a terminal, ledgers as bars. */
export function createTalkPrinter(terminal: Terminal): (message: ServerMessage) => void {
  const { paint, interactive } = terminal
  let partial = false
  const ledgers = new Map<string, readonly string[]>()

  function line(text: string): void {
    if (partial) terminal.write('\r\u001b[K')
    partial = false
    terminal.print(text)
  }

  return message => {
    switch (message.type) {
      case 'ready':
        line(paint.faint(`talking to ${message.agent} (${message.language}), session ${message.session}`))
        if (message.recogniser === null) line(paint.warning('this gateway cannot hear words; use --text'))
        return
      case 'transcript-partial':
        if (!interactive) return
        partial = true
        terminal.write(`\r\u001b[K${paint.faint(`you    ${message.text} …`)}`)
        return
      case 'transcript-final':
        return line(`you    ${message.text}`)
      case 'reply-ended': {
        if (message.said === '') return
        line(`agent  ${message.said}`)
        if (message.interrupted)
          line(paint.warning(`       cut in; heard: ${message.heard.text || '(nothing)'}`))
        for (const each of ledgers.get(message.reply) ?? []) line(paint.faint(`         ${each}`))
        ledgers.delete(message.reply)
        return
      }
      case 'judged':
        return line(paint.faint(`         ${overlapLine(message)}`))
      case 'turn-reopened':
        return line(paint.faint('         you went on before the answer was heard: the turn was not over'))
      case 'ledger':
        // It comes with the first sound; it reads better under what was said.
        ledgers.set(message.reply, waterfall(message.ledger))
        return
      case 'warning':
        return line(paint.warning(`warning  ${message.message}`))
      case 'error':
        return line(paint.error(`error  ${message.message}`))
      default:
        return
    }
  }
}
