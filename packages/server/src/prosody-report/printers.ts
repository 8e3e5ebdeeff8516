/** What `parley prosody` prints while it hears, and at the end: for people, as JSON, or a row for each frame. */
import type { ProsodyFrame } from '@parley/audio'
import type { Terminal } from '../cli/terminal.js'
import { contourLines } from './contour.js'
import type { HeardSound, SoundFacts } from './hear-sound.js'
import type { SideReport } from './report.js'
import {
  csvLine,
  csvOf,
  frameColumns,
  frameRow,
  type ReportedUtterance,
  rounded,
  utteranceRow,
} from './rows.js'
import { nameOf } from './side-svg.js'
import type { Side } from './sides.js'
import type { SideSummary } from './summary.js'
import { createUtteranceTable, type UtteranceTable } from './utterance-table.js'

export interface Printer {
  began(facts: SoundFacts): void
  frame(side: Side, frame: ProsodyFrame): void
  utterance(reported: ReportedUtterance): void
  ended(heard: HeardSound, sides: readonly SideReport[]): void
}

export interface PrinterOptions {
  readonly terminal: Terminal
  readonly name: string
  /** Of the terminal; undefined for a file. */
  readonly columns: number | undefined
  readonly json: boolean
  readonly frames: boolean
}

const contourHeight = 7

export function createPrinter(options: PrinterOptions): Printer {
  if (options.json) return options.frames ? jsonLines(options) : jsonDocument(options)
  return options.frames ? frameRows(options) : table(options)
}

/** The facts of a recording in one line. */
export function factsText(facts: SoundFacts, { durationMs }: Pick<HeardSound, 'durationMs'>): string {
  const channels = facts.channels === 1 ? 'mono' : `${facts.channels} channels`
  return (
    `${(durationMs / 1000).toFixed(2)} s, ${facts.rate / 1000} kHz ${channels}; ` +
    `frames of ${facts.frameMs.toFixed(0)} ms each ${Number(facts.hopMs.toFixed(1))} ms`
  )
}

function table({ terminal, name, columns }: PrinterOptions): Printer {
  const { paint, print } = terminal
  let rows: UtteranceTable | undefined
  let told = 0
  let facts: SoundFacts | undefined
  return {
    began(begun) {
      facts = begun
      rows = createUtteranceTable({ sides: begun.sides, paint, width: columns ?? Number.POSITIVE_INFINITY })
    },
    frame() {},
    utterance(reported) {
      if (rows === undefined) return
      if (told++ === 0) print(rows.heading())
      print(rows.line(reported))
    },
    ended(heard, sides) {
      for (const each of sides) {
        if (told > 0) print('')
        if (sides.length > 1) print(paint.heading(nameOf(each.side)))
        for (const line of sideLines(each, { ...heard, columns: columns ?? 80, terminal })) print(line)
      }
      if (facts) print(paint.faint(`${name}: ${factsText(facts, heard)}`))
    },
  }
}

interface SideLineOptions {
  readonly durationMs: number
  readonly columns: number
  readonly terminal: Terminal
}

function sideLines({ overview, summary }: SideReport, options: SideLineOptions): string[] {
  const { durationMs, columns, terminal } = options
  const { pitch } = summary
  if (pitch === undefined) return [silentText(summary.peakDb)]
  const contour = contourLines({ overview, durationMs, ...pitch, columns, lines: contourHeight })
  const clipped = summary.clippedFrames
  return [
    ...contour.slice(0, contourHeight).map(line => terminal.paint.good(line)),
    ...contour.slice(contourHeight),
    sumText(summary, pitch),
    ...(clipped > 0
      ? [terminal.paint.warning(`${clipped} frames are clipped: record it at a lower level.`)]
      : []),
  ]
}

function sumText(summary: SideSummary, pitch: NonNullable<SideSummary['pitch']>): string {
  const { utterances, spokenMs, loudness, syllableRate } = summary
  const range = `${pitch.rangeSemitones.toFixed(1)} semitones (${pitch.lowHz.toFixed(0)}–${pitch.highHz.toFixed(0)} Hz)`
  const voice = `Median ${pitch.medianHz.toFixed(0)} Hz, range ${range}`
  if (utterances === 0) return `${voice}; too short for an utterance.`
  const spoken = `${(spokenMs / 1000).toFixed(1)} s in ${utterances} ${utterances === 1 ? 'utterance' : 'utterances'}`
  return `${voice}, ${loudness.toFixed(1)} LUFS, ${syllableRate.toFixed(1)} syllables a second; ${spoken}.`
}

function silentText(peakDb: number): string {
  if (peakDb <= -60) {
    return `It is silent: its loudest moment has ${peakDb.toFixed(0)} dBFS. Check the microphone or the channel.`
  }
  return `Nobody speaks in it: no voice of 55–640 Hz was found; its loudest moment has ${peakDb.toFixed(0)} dBFS.`
}

function frameRows({ terminal }: PrinterOptions): Printer {
  return {
    began: () => terminal.print(csvLine(frameColumns)),
    frame: (side, frame) => terminal.print(csvOf(frameColumns, frameRow(side, frame))),
    utterance() {},
    ended() {},
  }
}

/** One JSON document a line, so that a stream without end can be followed. */
function jsonLines({ terminal, name }: PrinterOptions): Printer {
  let facts: SoundFacts | undefined
  const line = (type: string, value: object) => terminal.print(JSON.stringify({ type, ...value }))
  return {
    began(begun) {
      facts = begun
      line('sound', { file: name, ...begun })
    },
    frame: (side, frame) => line('frame', frameRow(side, frame)),
    utterance: reported => line('utterance', utteranceJson(reported)),
    ended: (heard, sides) => line('end', { ...heard, sides: facts ? sides.map(summaryJson) : [] }),
  }
}

function jsonDocument({ terminal, name }: PrinterOptions): Printer {
  let facts: SoundFacts | undefined
  return {
    began(begun) {
      facts = begun
    },
    frame() {},
    utterance() {},
    ended(heard, sides) {
      const document = {
        file: name,
        ...facts,
        ...heard,
        sides: sides.map(each => ({ ...summaryJson(each), utterances: each.utterances.map(utteranceJson) })),
      }
      terminal.print(JSON.stringify(document, null, 2))
    },
  }
}

function utteranceJson(reported: ReportedUtterance): object {
  const evidence = reported.utterance.evidence.map(({ cue, difference, weight }) => ({
    cue,
    difference: rounded(difference, 2),
    weight: rounded(weight, 3),
  }))
  return { ...utteranceRow(reported), evidence }
}

function summaryJson({ side, summary }: SideReport): object {
  const { pitch } = summary
  return {
    side,
    summary: {
      ...summary,
      spokenMs: rounded(summary.spokenMs, 1),
      levelDb: rounded(summary.levelDb, 1),
      loudness: rounded(summary.loudness, 1),
      peakDb: rounded(summary.peakDb, 1),
      syllableRate: rounded(summary.syllableRate, 2),
      pitch: pitch && {
        medianHz: rounded(pitch.medianHz, 1),
        lowHz: rounded(pitch.lowHz, 1),
        highHz: rounded(pitch.highHz, 1),
        rangeSemitones: rounded(pitch.rangeSemitones, 2),
      },
    },
  }
}
