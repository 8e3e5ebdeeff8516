import pc from 'picocolors'
import { type Paint, plainPaint } from '../config/paint.js'

/** What a command may touch of the world around it. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  /** Whether a person reads along, so that lines may be rewritten. */
  readonly interactive: boolean
  readonly paint: Paint
  /** One line to stdout. */
  print(line: string): void
  /** One line to stderr. */
  complain(line: string): void
  /** Text to stdout as it is. */
  write(text: string): void
}

export function processTerminal(process: NodeJS.Process): Terminal {
  const interactive = process.stdout.isTTY === true
  return {
    env: process.env,
    folder: process.cwd(),
    interactive,
    paint: interactive && !process.env.NO_COLOR ? colours : plainPaint,
    print: line => void process.stdout.write(`${line}\n`),
    complain: line => void process.stderr.write(`${line}\n`),
    write: text => void process.stdout.write(text),
  }
}

const colours: Paint = {
  heading: text => pc.bold(text),
  faint: text => pc.dim(text),
  error: text => pc.red(text),
  warning: text => pc.yellow(text),
  good: text => pc.green(text),
}
