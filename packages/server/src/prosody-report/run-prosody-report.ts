/** From the words of a command line to a heard recording: opens, hears, prints and writes what was asked for. */
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ProsodyAnalyser, ProsodyAnalyserOptions } from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { Terminal } from '../cli/terminal.js'
import { createPcmDecoder, createWavDecoder } from './decode-sound.js'
import { type FileWriter, openFileWriter } from './file-writer.js'
import { type AnalysisOptions, type HeardSound, hearSound, type SoundFacts } from './hear-sound.js'
import { type OpenedSound, openSound, type SoundInput } from './open-sound.js'
import { createPrinter, factsText } from './printers.js'
import type { ProgressLine } from './progress.js'
import { prosodySvg } from './prosody-svg.js'
import { createReport, type Report } from './report.js'
import { csvLine, csvOf, frameColumns, frameRow, utteranceColumns, utteranceRow } from './rows.js'
import type { ChannelChoice } from './sides.js'
import { spareFiles, type WrittenFile } from './spare-files.js'
import { clock } from './utterance-table.js'

export interface ProsodyReportOptions {
  readonly path: string
  /** Hz of bare PCM16; undefined for a WAV. */
  readonly rawRate: number | undefined
  readonly channel: ChannelChoice | undefined
  readonly analysis: AnalysisOptions
  readonly json: boolean
  readonly frames: boolean
  readonly csvFile: string | undefined
  readonly svgFile: string | undefined
  readonly unit: 'hz' | 'semitones'
}

export interface ProsodyReportWorld {
  readonly terminal: Terminal
  readonly stdin: SoundInput
  /** Columns of the terminal; undefined for a file. */
  readonly columns: number | undefined
  readonly progress: ProgressLine
  /** Nobody wants the rest: the reader is gone, or Ctrl-C. */
  readonly stopped: () => boolean
  readonly analyserFor: (options: ProsodyAnalyserOptions) => ProsodyAnalyser
}

/** @throws ParleyError `bad_audio_file`, `bad_config` */
export async function runProsodyReport(
  options: ProsodyReportOptions,
  world: ProsodyReportWorld,
): Promise<void> {
  const { terminal, progress } = world
  const sound = await openSound(options.path, world.stdin, world.stopped)
  await spareFiles(options.path, writtenBy(options))
  const warn = (sentence: string) => terminal.complain(`${terminal.paint.warning('warning')}: ${sentence}`)
  const csv = options.csvFile === undefined ? undefined : await openFileWriter(options.csvFile, '--csv')
  try {
    const { heard, facts, report } = await hear(options, { ...world, sound, csv, warn })
    progress.clear()
    if (heard.truncated)
      warn(`${sound.name} is cut off; what is there, ${clock(heard.durationMs)}, was heard.`)
    if (options.svgFile !== undefined && facts && report) {
      await writeSvg(options, { title: titleOf(sound), heard, facts, report })
    }
  } finally {
    progress.clear()
    await csv?.close()
  }
}

function writtenBy({ csvFile, svgFile }: ProsodyReportOptions): readonly WrittenFile[] {
  return [
    ...(csvFile === undefined ? [] : [{ option: '--csv', path: csvFile }]),
    ...(svgFile === undefined ? [] : [{ option: '--svg', path: svgFile }]),
  ]
}

interface Hearing extends ProsodyReportWorld {
  readonly sound: OpenedSound
  readonly csv: FileWriter | undefined
  readonly warn: (sentence: string) => void
}

async function hear(options: ProsodyReportOptions, world: Hearing) {
  const { sound, csv, warn, progress, terminal, columns } = world
  const { json, frames, rawRate, channel, analysis } = options
  const printer = createPrinter({ terminal, name: sound.name, columns, json, frames })
  let facts: SoundFacts | undefined
  let report: Report | undefined
  let utterances = 0
  const sideAt = (index: number) => facts?.sides[index] ?? 'voice'
  const heard = await hearSound({
    bytes: sound.bytes,
    decoder:
      rawRate === undefined ? createWavDecoder(sound.name) : createPcmDecoder(rawRate, sound.name, warn),
    channel,
    analysis,
    analyserFor: world.analyserFor,
    stopped: world.stopped,
    sink: {
      began(begun) {
        facts = begun
        report = createReport(begun.sides, begun.hopMs)
        csv?.add(`${csvLine(frames ? frameColumns : utteranceColumns)}\r\n`)
        printer.began(begun)
      },
      frame(side, frame) {
        report?.frame(side, frame)
        if (!frames) return
        progress.clear()
        printer.frame(sideAt(side), frame)
        csv?.add(`${csvOf(frameColumns, frameRow(sideAt(side), frame))}\r\n`)
      },
      utterance(side, utterance) {
        const reported = report?.utterance(side, utterance)
        if (reported === undefined) return
        utterances++
        progress.clear()
        printer.utterance(reported)
        if (!frames) csv?.add(`${csvOf(utteranceColumns, utteranceRow(reported))}\r\n`)
      },
      async heard({ durationMs, bytes }) {
        const share = sound.sizeBytes ? `, ${Math.floor((100 * bytes) / sound.sizeBytes)} %` : ''
        progress.show(`${clock(durationMs)} heard${share}, ${utterances} utterances`)
        await csv?.flush()
      },
    },
  })
  progress.clear()
  printer.ended(heard, report?.sides() ?? [])
  return { heard, facts, report }
}

interface Heard {
  readonly title: string
  readonly heard: HeardSound
  readonly facts: SoundFacts
  readonly report: Report
}

async function writeSvg(
  options: ProsodyReportOptions,
  { title, heard, facts, report }: Heard,
): Promise<void> {
  const path = options.svgFile as string
  const svg = prosodySvg({
    title,
    facts: `${factsText(facts, heard)}.`,
    durationMs: heard.durationMs,
    sides: report.sides(),
    unit: options.unit,
  })
  await writeFile(path, svg).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_config', `--svg ${path} cannot be written (${reason}).`, { cause })
  })
}

function titleOf({ name }: OpenedSound): string {
  return basename(name)
}
