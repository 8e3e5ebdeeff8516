import type { ServerMessage } from '@parley/protocol'
import { waterfall } from '../talk/waterfall.js'
import type { Terminal } from './terminal.js'

/** Prints a conversation as it happens: transcript line by line, partials in place on a terminal, ledgers as bars. */
export function createTalkPrinter(terminal: Terminal): (message: ServerMessage) => void {
  const { paint, interactive } = terminal
  let partial = false

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
        const cut = message.interrupted ? paint.faint(` (cut; heard: ${message.heard.text})`) : ''
        return line(`agent  ${message.said}${cut}`)
      }
      case 'ledger':
        for (const each of waterfall(message.ledger)) line(paint.faint(`         ${each}`))
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
