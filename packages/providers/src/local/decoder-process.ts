/** One worker process of the recogniser: started, spoken to and killed here; who restarts it is the pool. */

import { spawn } from 'node:child_process'
import { answerReader, type DecoderAnswer } from './decoder-protocol.js'
import { workerEnvironment, workerPath } from './find-pocketsphinx.js'

export interface DecoderProcessOptions {
  readonly python: string
  readonly model: string
  onAnswer(answer: DecoderAnswer): void
  /** Called once, however it ends. */
  onExit(reason: string): void
}

export interface DecoderProcess {
  readonly pid: number | undefined
  send(bytes: Uint8Array): void
  /** Ends it at once; it holds nothing that could be lost. */
  kill(): void
}

/** Characters of its complaints that are kept for the reason of its end. */
const KEPT_STDERR = 2_000

export function startDecoderProcess(options: DecoderProcessOptions): DecoderProcess {
  const { python, model, onAnswer, onExit } = options
  const child = spawn(python, [workerPath], { env: workerEnvironment(model), stdio: 'pipe' })
  let exited = false
  let complaints = ''

  function exit(reason: string): void {
    if (exited) return
    exited = true
    onExit(reason)
  }

  /** A child that was never spawned has process id 0 inside, and a kill of 0 would end our own process group. */
  function endNow(): void {
    if (child.pid !== undefined) child.kill('SIGKILL')
  }

  const read = answerReader(onAnswer)
  child.stdout.on('data', chunk => {
    try {
      if (!exited) read(chunk)
    } catch (error) {
      complaints = `it answered nonsense: ${error instanceof Error ? error.message : String(error)}`
      endNow()
    }
  })
  child.stderr.on('data', chunk => {
    complaints = `${complaints}${chunk}`.slice(-KEPT_STDERR)
  })
  // A dead child is told by its exit; the pipe says nothing more.
  child.stdin.on('error', error => {
    complaints ||= error.message
  })
  child.on('error', error => exit(error.message))
  child.on('close', (code, signal) => {
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`
    exit(`${how}${complaints.trim() === '' ? '' : ` (${complaints.trim().split('\n').at(-1)})`}`)
  })
  return {
    pid: child.pid,
    send(bytes) {
      if (!exited && child.stdin.writable) child.stdin.write(bytes)
    },
    kill() {
      endNow()
    },
  }
}
