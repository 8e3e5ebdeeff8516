import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ChannelChoice } from '../prosody-report/sides.js'
import type { Terminal } from './terminal.js'

export interface ProsodyFlags {
  readonly rate?: number
  readonly channel?: ChannelChoice
  readonly frameSize?: number
  readonly hopSize?: number
  readonly accurate?: true
  readonly json?: true
  readonly frames?: true
  readonly csv?: string
  readonly svg?: string
  readonly unit: 'hz' | 'semitones'
}

const examples = `
Examples:
  parley prosody call.wav                    a table, and the course of the pitch
  parley prosody call.wav --svg call.svg     as a picture
  parley prosody call.wav --frames --csv frames.csv
  arecord -f S16_LE -r 16000 | parley prosody - --rate 16000

Two channels are two speakers, each with an analysis of its own; --channel takes one of them, or both as one.`

/** `parley prosody`: how a recording is said; exit 0 also where nobody speaks, 2 for a file that cannot be heard. */
export function addProsodyCommand(program: Command, terminal: Terminal, host: NodeJS.Process): void {
  program
    .command('prosody')
    .description('pitch, loudness, rate, pauses and arousal of a recording, as a table, file or picture')
    .argument('<file.wav>', 'the recording, or - for stdin')
    .option('--rate <hz>', 'stdin or file is bare PCM16 of this rate, 8000–48000', rateOf)
    .addOption(
      new Option('--channel <which>', 'hear one channel, or both as one').choices(['left', 'right', 'mix']),
    )
    .option('--frame-size <samples>', 'what a frame looks at, 20–128 ms (default: 64 ms)', sizeOf)
    .option('--hop-size <samples>', 'from one frame to the next (default: half a frame)', sizeOf)
    .option('--accurate', 'look twice as often for the pitch, at twice the cost')
    .option('--json', 'one JSON document; with --frames a line for each frame and utterance')
    .option('--frames', 'a row of CSV for each frame instead of the table')
    .option('--csv <file>', 'also write the utterances, or with --frames the frames, to this file')
    .option('--svg <file>', 'also draw pitch and loudness to this file')
    .addOption(
      new Option('--unit <unit>', 'of pitch in the picture').choices(['hz', 'semitones']).default('hz'),
    )
    .addHelpText('after', examples)
    .action(async (path: string, flags: ProsodyFlags) => {
      const { runProsody } = await import('./prosody-action.js')
      await runProsody(path, flags, terminal, host)
    })
}

function rateOf(value: string): number {
  const rate = Number(value)
  if (Number.isInteger(rate) && rate >= 8_000 && rate <= 48_000) return rate
  throw new InvalidArgumentError('Give a rate in Hz of 8000–48000, such as 16000.')
}

function sizeOf(value: string): number {
  const size = Number(value)
  if (Number.isInteger(size) && size > 0 && size <= 65_536) return size
  throw new InvalidArgumentError('Give a number of samples, such as 1024.')
}
